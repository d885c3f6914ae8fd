"""2. Event Hubs: publish, partition tails, Spark's reader options, authentication."""
