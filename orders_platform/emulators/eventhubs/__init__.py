"""An Event Hubs on one machine: AMQP for the SDK, Kafka's read side for Spark."""
