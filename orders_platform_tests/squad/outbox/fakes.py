"""An outbox and a hub in memory, as the relay sees them, with faults on demand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import psycopg

from orders_platform.hub.lanes import Outcome, Reason
from orders_platform.squad.outbox.store import Late, Row

LANES = ("0", "1", "2")
TOO_LARGE = Outcome(Reason.TOO_LARGE, "an event is too large", is_its_own=True)


@dataclass(slots=True)
class Kept:
    """A row of the outbox."""

    row: Row
    version: int
    due_at: float = 0.0
    is_published: bool = False


@dataclass(slots=True)
class MemoryOutbox:
    """By the rules of the table's statements; what an open transaction wrote is not seen."""

    clock: Callable[[], float]
    rows: list[Kept] = field(default_factory=list)
    waits: list[Late] = field(default_factory=list)
    marks_fail: bool = False

    def add(self, row_id: int, order_id: str, version: int) -> None:
        self.rows.append(Kept(Row(row_id, order_id, f"{order_id} {version}".encode(), 0), version))

    def waiting(self) -> list[Kept]:
        return [kept for kept in self.rows if not kept.is_published]

    def due(self) -> list[Row]:
        return [kept.row for kept in sorted(self.waiting(), key=lambda kept: kept.row.id) if self.is_due(kept)]

    def is_due(self, kept: Kept) -> bool:
        earlier = [
            one for one in self.waiting() if one.row.order_id == kept.row.order_id and one.version < kept.version
        ]  # fmt: skip
        return all(one.due_at <= self.clock() for one in (kept, *earlier))

    def mark(self, rows: Sequence[Row]) -> None:
        if self.marks_fail:
            raise psycopg.OperationalError("the connection is lost")
        for kept in self._of(rows):
            kept.is_published = True

    def postpone(self, late: Sequence[Late]) -> None:
        self.waits += late
        for kept, wait in zip(self._of([each.row for each in late]), late, strict=True):
            kept.due_at = self.clock() + wait.seconds
            kept.row = replace(kept.row, attempts=kept.row.attempts + wait.tried)

    def _of(self, rows: Sequence[Row]) -> list[Kept]:
        by_id = {kept.row.id: kept for kept in self.rows}
        return [by_id[row.id] for row in rows]


@dataclass(frozen=True, slots=True)
class Fault:
    """What a partition does to a send.

    Attributes:
        after: messages that it takes and acknowledges before.
        lost: messages that it takes after those, without an answer.
    """

    reason: Reason = Reason.THROTTLED
    after: int = 0
    lost: int = 0


@dataclass(slots=True)
class MemoryHub:
    """Partitions that may fail, and keys whose events no batch takes."""

    faults: dict[str, Fault] = field(default_factory=dict)
    too_large: set[str] = field(default_factory=set)
    arrived: dict[str, list[bytes]] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return list(LANES)

    def lane_of(self, key: str) -> str:
        return LANES[int(key) % len(LANES)]

    def send(self, messages: Sequence[tuple[str, bytes]]) -> list[Outcome]:
        counts = dict.fromkeys(LANES, 0)
        self.tried = [self.lane_of(key) for key, _ in messages]
        return [self._sent(key, body, counts) for key, body in messages]

    def _sent(self, key: str, body: bytes, counts: dict[str, int]) -> Outcome:
        lane = self.lane_of(key)
        if key in self.too_large:
            return TOO_LARGE
        fault, number = self.faults.get(lane), counts[lane]
        counts[lane] += 1
        if fault is None or number < fault.after + fault.lost:
            self.arrived.setdefault(key, []).append(body)
        return Outcome() if fault is None or number < fault.after else Outcome(fault.reason, "it failed")
