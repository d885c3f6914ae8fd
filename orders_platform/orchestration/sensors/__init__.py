"""What starts work by itself, and what watches work that runs all along."""
