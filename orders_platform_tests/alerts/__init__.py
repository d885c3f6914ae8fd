"""Tests of incidents and of the outbox by which people are told of them."""
