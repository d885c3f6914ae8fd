"""From the outbox into the hub: every event at least once, an order's events in their order."""
