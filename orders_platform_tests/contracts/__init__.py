"""Tests of orders_platform.contracts."""
