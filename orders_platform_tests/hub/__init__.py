"""Tests of orders_platform.hub."""
