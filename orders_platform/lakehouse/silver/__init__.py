"""Valid events, orders as they stand, and the quarantine."""
