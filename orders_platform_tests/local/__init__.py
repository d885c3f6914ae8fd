"""Tests of the platform on one machine: its processes, its home, demo and up."""
