"""The squad's orders service: an API over PostgreSQL that writes each change and the event that tells of it at once."""
