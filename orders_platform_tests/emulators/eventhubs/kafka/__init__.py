"""The Kafka face: on the wire, and under Spark."""
