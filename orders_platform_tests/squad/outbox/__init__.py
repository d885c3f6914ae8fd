"""Tests of orders_platform.squad.outbox."""
