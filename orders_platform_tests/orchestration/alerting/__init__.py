"""Tests of what the platform sees of its own health."""
