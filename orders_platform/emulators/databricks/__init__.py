"""One machine as a Databricks workspace: its jobs, its files, one pipeline, and one cluster that stays warm."""
