"""The quarantine seen by people: what is in it and why, and back in after a repair."""
