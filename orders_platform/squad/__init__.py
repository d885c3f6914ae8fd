"""1. Where orders are born, and how they get into the hub."""
