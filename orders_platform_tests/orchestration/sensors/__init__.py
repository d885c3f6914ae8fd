"""Tests of what starts and watches passes."""
