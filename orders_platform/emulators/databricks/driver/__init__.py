"""The cluster's driver: one JVM with a warm Spark, and a process of its own for each run."""
