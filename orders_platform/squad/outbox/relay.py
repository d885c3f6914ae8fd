"""One batch of the outbox into the hub: what is due is sent, what arrived is marked, what did not waits for another try."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from orders_platform.backoff import Dice
from orders_platform.hub.lanes import Outcome, Reason
from orders_platform.squad.outbox.gate import Gate, wait_seconds
from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.outbox.store import STUCK_ATTEMPTS, Late, Row

_LONGEST_SAID = 200
_LOG = structlog.get_logger("orders.relay")
_Failed = Sequence[tuple[Row, Outcome]]


class Hub(Protocol):
    """Where events go."""

    @property
    def names(self) -> list[str]:
        """The partitions."""

    def lane_of(self, key: str) -> str:
        """The partition of a key."""

    def send(self, messages: Sequence[tuple[str, bytes]]) -> list[Outcome]:
        """What became of each message."""


class Outbox(Protocol):
    """Where they come from."""

    def due(self) -> list[Row]:
        """The oldest ones that may be sent."""

    def mark(self, rows: Sequence[Row]) -> None:
        """They arrived."""

    def postpone(self, late: Sequence[Late]) -> None:
        """They wait."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a batch came to.

    Attributes:
        taken: how many events were due.
        is_doubtful: whether none arrived, and not because the hub is busy: the connection may be at fault.
    """

    taken: int = 0
    sent: int = 0
    is_doubtful: bool = False


@dataclass(slots=True)
class Relay:
    """Moves batches; it remembers which partitions failed, and for how long to leave them alone."""

    metrics: RelayMetrics
    clock: Callable[[], float] = time.monotonic
    dice: Dice = random.random
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        """Begin with all partitions open."""
        self.gate = Gate(self.clock, self.dice)

    def move(self, outbox: Outbox, hub: Hub) -> Moved:
        """Send what is due to open partitions. Raises psycopg.Error where the database is away: it is all sent again then."""
        rows = outbox.due()
        if not rows:
            return Moved()
        with self.metrics.batch_seconds.time():
            return self._moved(rows, outbox, hub)

    def all_closed_for(self, hub: Hub) -> float:
        """How many seconds nothing can be sent at all."""
        return self.gate.all_closed_for(hub.names)

    def _moved(self, rows: Sequence[Row], outbox: Outbox, hub: Hub) -> Moved:
        # a lane is judged once a batch: it may open in the middle, and a later event would overtake one put off
        closed = {lane: seconds for lane in hub.names if (seconds := self.gate.closed_for(lane)) > 0}
        lanes = {row.id: hub.lane_of(row.order_id) for row in rows}
        shut = [Late(row, closed[lanes[row.id]], tried=False) for row in rows if lanes[row.id] in closed]
        going = [row for row in rows if lanes[row.id] not in closed]
        outcomes = hub.send([(row.order_id, row.body) for row in going]) if going else []
        sent = [row for row, outcome in zip(going, outcomes, strict=True) if outcome.reason is None]
        failed = [(row, outcome) for row, outcome in zip(going, outcomes, strict=True) if outcome.reason is not None]
        outbox.mark(sent)
        self.metrics.published.inc(len(sent))
        self._passed({lanes[row.id] for row in sent})
        outbox.postpone(shut + self._failed(failed, lanes))
        return Moved(len(rows), len(sent), not sent and any(_is_doubtful(outcome) for _, outcome in failed))

    def _passed(self, lanes: set[str]) -> None:
        for lane in sorted(lanes):
            if self.gate.is_failing(lane):
                _LOG.info("partition_works_again", partition=lane)
            self.gate.passed(lane)

    def _failed(self, failed: _Failed, lanes: dict[int, str]) -> list[Late]:
        """Close each partition that failed, once; an event that is itself at fault waits alone."""
        waits: dict[str, float] = {}
        for row, outcome in failed:
            lane = lanes[row.id]
            if not outcome.is_its_own and lane not in waits:
                if not self.gate.is_failing(lane):
                    _LOG.error("partition_fails", partition=lane, reason=str(outcome.reason), said=outcome.sentence)
                waits[lane] = self.gate.failed(lane)
        self._count(failed)
        return [self._late(row, outcome, waits.get(lanes[row.id])) for row, outcome in failed]

    def _late(self, row: Row, outcome: Outcome, lane_wait: float | None) -> Late:
        its_own = wait_seconds(row.attempts + 1, self.dice)
        # with its partition closed, too, the longer of the two
        seconds = max(its_own, lane_wait or 0.0) if outcome.is_its_own else lane_wait or its_own
        return Late(row, seconds, tried=True, said=outcome.sentence[:_LONGEST_SAID])

    def _count(self, failed: _Failed) -> None:
        for reason, count in Counter(str(outcome.reason) for _, outcome in failed).items():
            self.metrics.failures.labels(reason).inc(count)
        stuck = [(row, outcome) for row, outcome in failed if row.attempts + 1 == STUCK_ATTEMPTS]
        for row, outcome in stuck[:1]:
            _LOG.error("events_stuck", events=len(stuck), order_id=row.order_id, reason=str(outcome.reason))


def _is_doubtful(outcome: Outcome) -> bool:
    return not outcome.is_its_own and outcome.reason is not Reason.THROTTLED
