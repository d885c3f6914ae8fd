"""Tests of what Dagster shows and does, over a runner that does no work."""
