"""The squad's database and outbox as the platform sees them, and whether gold has what their API accepted."""
