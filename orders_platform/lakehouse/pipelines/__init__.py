"""The medallion as a declarative pipeline: one source for Spark's own `spark-pipelines` and for Databricks."""
