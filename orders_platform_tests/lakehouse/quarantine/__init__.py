"""Tests of the quarantine as people see it."""
