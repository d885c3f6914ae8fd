"""The orders that are measured with: the shop's own, copied side by side in time with fresh ids."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from orders_platform.contracts.event import Order, OrderChanged, OrderId, build, to_bytes
from orders_platform.squad.dataset import read_orders
from orders_platform.squad.order_events import order_events

Message = tuple[str, bytes]

_WEEK = timedelta(days=7)
# the live view is measured with orders of an ordinary size: the dataset's median is 12 lines
_ORDINARY_LINES = range(8, 17)


@dataclass(frozen=True, slots=True)
class History:
    """The dataset over and over: each copy is of other orders and follows the one before it, weekday for weekday.

    Attributes:
        dataset: the orders that are copied, oldest first.
        most: how many copies there can be; the last of them keeps the dataset's own days.
    """

    dataset: tuple[OrderChanged, ...]
    most: int

    @classmethod
    def of(cls, csv: Path, most: int, cut: int | None = None) -> "History":
        """Read a CSV; `cut` takes its first orders alone. Raises InputError."""
        return cls(tuple(order_events(read_orders(csv)))[:cut], most)

    @property
    def lines(self) -> int:
        """Order lines of one copy."""
        return sum(len(event.order.lines) for event in self.dataset)

    @property
    def net_minor(self) -> int:
        """What the orders of one copy come to."""
        return sum(event.order.total_minor for event in self.dataset)

    def messages(self, first: int, last: int) -> Iterator[Message]:
        """The copies from `first` up to, not with, `last`."""
        for number in range(first, last):
            back = self._period * (self.most - 1 - number)
            for event in self.dataset:
                order = event.order
                yield _message(order, f"{order.order_id}-{number}", placed_at=order.placed_at - back)

    def new_orders(self, count: int, after: int, batch: int) -> Iterator[Message]:
        """A batch of the dataset's first orders again, all on the day after so many copies."""
        day = self._last - self._period * (self.most - after) + timedelta(days=1)
        for number in range(count):
            order = self.dataset[number % len(self.dataset)].order
            at = datetime.combine(day, order.placed_at.timetz())
            yield _message(order, f"{order.order_id}-{after}-{batch}-{number}", placed_at=at)

    @property
    def _last(self) -> datetime:
        return self.dataset[-1].order.placed_at

    @property
    def _period(self) -> timedelta:
        # a day is left free between two copies
        span = self._last - self.dataset[0].order.placed_at + timedelta(days=2)
        return _WEEK * math.ceil(span / _WEEK)


def live_orders(dataset: Sequence[OrderChanged], started: str) -> Iterator[Message]:
    """Orders of about 12 lines, endlessly, each placed at the moment it is taken."""
    ordinary = [event.order for event in dataset if len(event.order.lines) in _ORDINARY_LINES]
    number = 0
    while True:
        order = ordinary[number % len(ordinary)]
        number += 1
        yield _message(order, f"{order.order_id}-{started}-{number}", placed_at=datetime.now(UTC))


def _message(order: Order, order_id: str, *, placed_at: datetime) -> Message:
    fresh = dataclasses.replace(order, order_id=OrderId(order_id), placed_at=placed_at, occurred_at=placed_at)
    return order_id, to_bytes(build(fresh, placed_at))
