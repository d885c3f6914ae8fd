"""Of bronze held against the hub."""
