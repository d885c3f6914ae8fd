"""Tests of runs on Databricks."""
