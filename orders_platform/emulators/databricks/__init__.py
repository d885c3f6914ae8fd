"""One machine as a Databricks workspace: its jobs, its files, and one cluster that stays warm."""
