"""Tests of the Blob road."""
