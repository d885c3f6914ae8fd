"""4. Dagster: assets, checks, jobs. Knows nothing of Spark."""
