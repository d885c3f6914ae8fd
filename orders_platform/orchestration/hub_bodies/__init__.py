"""Bronze held against the hub itself."""
