"""The control room: its figures are gold's, and it shows nobody."""
