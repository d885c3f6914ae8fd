"""Messages as they came."""
