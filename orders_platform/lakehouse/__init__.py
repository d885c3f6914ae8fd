"""3. Spark and Delta: bronze, silver, gold. Knows nothing of Dagster."""
