"""What the tables must hold, worked out a second time in plain Python: no Spark, and nothing of the lakehouse's code."""
