"""What the relay tells Prometheus; how long the oldest event has waited comes first."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from orders_platform.squad.outbox.store import State


class RelayMetrics:
    """Counters and gauges of one relay, in a registry of their own."""

    def __init__(self) -> None:
        """Count from zero."""
        kept = self.registry = CollectorRegistry()
        self._oldest = Gauge("outbox_oldest_unpublished_seconds", "How long the oldest event has waited", registry=kept)
        self._waiting = Gauge("outbox_unpublished_rows", "Events that wait for the hub", registry=kept)
        self._most_attempts = Gauge("outbox_most_attempts", "Times that an event was sent in vain, at most", registry=kept)
        self.published = Counter("relay_published", "Events that the hub acknowledged", registry=kept)
        self.failures = Counter("relay_failures", "Events that the hub did not acknowledge", ("reason",), registry=kept)
        self._stuck = Gauge("relay_rows_stuck", "Events that were sent in vain 20 times or more", registry=kept)
        self.batch_seconds = Histogram("relay_batch_seconds", "From taking a batch to marking it", registry=kept)
        self.active = Gauge("relay_active", "1 where this relay sends, 0 where it waits for another one's end", registry=kept)
        self.heartbeat = Gauge("relay_heartbeat_timestamp_seconds", "When the relay was last at work", registry=kept)

    def look(self, state: State, stuck: int) -> None:
        """Show what waits."""
        self._oldest.set(state.oldest_seconds)
        self._waiting.set(state.waiting)
        self._most_attempts.set(state.most_attempts)
        self._stuck.set(stuck)
