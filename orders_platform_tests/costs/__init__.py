"""Tests of orders_platform.costs."""
