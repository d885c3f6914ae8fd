"""The Blob road: the hub's messages kept as parquet, and bronze filled from there."""
