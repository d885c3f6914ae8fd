"""What a relay does beside sending: it looks at what waits, and deletes what is kept no longer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import structlog

from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.outbox.store import OutboxStore

_LOOK_SECONDS = 1.0
# a look counts all that waits: with millions of events it takes seconds, and must leave the relay time to send them
_LOOK_SHARE = 0.05
_PURGE_SECONDS = 60.0
_LOG = structlog.get_logger("orders.relay")


@dataclass(slots=True)
class Upkeep:
    """Does each when it is due.

    Attributes:
        keep_days: how long published events are kept, to be sent again.
    """

    metrics: RelayMetrics
    keep_days: float
    clock: Callable[[], float] = time.monotonic
    _look_at: float = float("-inf")
    _purge_at: float = float("-inf")

    def look(self, store: OutboxStore) -> None:
        """Show what waits."""
        started = self.clock()
        if started < self._look_at:
            return
        try:
            self.metrics.look(store.state(), store.stuck())
        except psycopg.errors.QueryCanceled:
            # figures are missed then, and no event
            _LOG.warning("look_took_too_long")
        ended = self.clock()
        self._look_at = ended + max(_LOOK_SECONDS, (ended - started) / _LOOK_SHARE)

    def purge(self, store: OutboxStore) -> None:
        """Delete a batch; the next one at once where there is more, but not before events had their turn."""
        if self.clock() < self._purge_at:
            return
        # set before: a purge that fails is not what comes first again
        self._purge_at = self.clock() + _PURGE_SECONDS
        purged = store.purge(self.keep_days)
        if purged.events:
            _LOG.info("purged", events=purged.events)
        if purged.is_more:
            self._purge_at = self.clock()
