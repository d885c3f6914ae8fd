"""The read side of the Kafka protocol over the hub's logs: what Spark's Kafka source needs, in versions before tagged fields."""
