"""Tests of what is deployed: the bundle of Databricks, the settings of Dagster."""
