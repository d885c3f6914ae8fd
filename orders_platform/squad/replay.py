"""Replay of the dataset: its orders as events into the hub, at once or in time."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from orders_platform.contracts.event import to_bytes
from orders_platform.contracts.rules import MAX_BODY_BYTES
from orders_platform.errors import InputError
from orders_platform.squad.dataset import read_orders
from orders_platform.squad.order_events import order_events

if TYPE_CHECKING:
    from orders_platform.hub.publish import Publisher

# How often a paced replay sends what has come due.
_TICK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ReplayEvent:
    """An event of the dataset, ready to send."""

    order_id: str
    body: bytes
    occurred_at: datetime
    is_cancellation: bool
    lines: int
    has_customer: bool = True


@dataclass(frozen=True, slots=True)
class Pace:
    """When events go out: all at once, so many a second, or their own time so many times faster."""

    rate: float | None = None
    speed: float | None = None

    def due(self, events: Sequence[ReplayEvent]) -> Iterator[float]:
        """For each event the seconds after the start at which it goes out."""
        for number, event in enumerate(events):
            if self.rate:
                yield number / self.rate
            elif self.speed:
                yield (event.occurred_at - events[0].occurred_at).total_seconds() / self.speed
            else:
                yield 0.0


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the dataset, both ends included; None leaves an end open."""

    first: date | None = None
    last: date | None = None

    def hold(self, day: date) -> bool:
        """Whether a day is among them."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


def replay_events(path: Path, days: Days) -> list[ReplayEvent]:
    """The events of a CSV, oldest first. All rows are read and checked before the first is given. Raises InputError."""
    # An order's time comes from its place among all orders of its day, so days are chosen after the events are made.
    events = [
        ReplayEvent(
            event.order.order_id,
            to_bytes(event),
            event.order.occurred_at,
            is_cancellation=event.order.kind == "cancellation",
            lines=len(event.order.lines),
            has_customer=event.order.customer_ref is not None,
        )
        for event in order_events(read_orders(path))
        if days.hold(event.order.occurred_at.date())
    ]
    if not events:
        raise InputError(f"{path}: has no order on the days asked for; leave --days out to see all")
    _refuse_large(path, events)
    return events


def _refuse_large(path: Path, events: list[ReplayEvent]) -> None:
    for event in events:
        if len(event.body) > MAX_BODY_BYTES:
            raise InputError(
                f"{path}: transaction {event.order_id} makes an event of {len(event.body):,} bytes with its {event.lines} rows; "
                f"the contract takes {MAX_BODY_BYTES:,}, so split it"
            )


def send(
    events: Sequence[ReplayEvent],
    publisher: "Publisher",
    *,
    pace: Pace,
    progress: Callable[[int], None] = lambda _: None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Publish events when they are due; the number sent. Raises HubError that says how many are in the hub."""
    start = clock()
    sent = 0
    for _, group in groupby(zip(pace.due(events), events, strict=True), key=lambda pair: pair[0] // _TICK_SECONDS):
        together = list(group)
        early = start + together[0][0] - clock()
        if early > 0:
            sleep(early)
        sent += publisher.publish(((event.order_id, event.body) for _, event in together), progress=progress).events
    return sent
