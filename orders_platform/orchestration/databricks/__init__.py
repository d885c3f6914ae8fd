"""Passes on Databricks: start, follow, cancel a run of the job; read what it reports."""
