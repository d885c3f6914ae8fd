"""What the API answers to, by subject."""
