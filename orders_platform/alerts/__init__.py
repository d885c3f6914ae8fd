"""Incidents, and the outbox by which people are told of them. Knows neither Dagster nor Spark."""
