"""A day beside its past."""
