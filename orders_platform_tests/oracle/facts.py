"""The words of the oracle: a message as it came, an event that was read, an order as it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]
Position = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Message:
    """A row of bronze, as far as the oracle needs it."""

    generation: str
    partition: int
    sequence_number: int
    value: bytes | None
    ingested_at: datetime

    @property
    def position(self) -> Position:
        """What identifies the message."""
        return self.generation, self.partition, self.sequence_number

    @property
    def arrival(self) -> tuple[datetime, Position]:
        """The order in which messages count: batch by batch, by position within a batch."""
        return self.ingested_at, self.position


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an order."""

    line_no: int
    product_no: str
    product_name: str | None
    unit_price_minor: int
    quantity: int

    @property
    def amount_minor(self) -> int:
        """Its part in the order's total."""
        return self.unit_price_minor * self.quantity


@dataclass(frozen=True, slots=True)
class Event:
    """A valid event: the whole order after a change."""

    event_id: str
    event_time: datetime
    order_id: str
    order_version: int
    kind: str
    cancels_order_id: str | None
    status: str
    placed_at: datetime
    occurred_at: datetime
    order_date: date
    customer_ref: str | None
    country: str
    currency: str
    total_minor: int
    lines: tuple[Line, ...]
    warnings: frozenset[str]

    @property
    def is_sale(self) -> bool:
        """Whether it sells; else it takes back."""
        return self.kind == "sale"

    @property
    def units(self) -> int:
        """Units sold, or (negative) taken back."""
        return sum(line.quantity for line in self.lines)

    @property
    def gross_minor(self) -> int:
        """What it adds to sales."""
        return self.total_minor if self.is_sale else 0

    @property
    def cancelled_minor(self) -> int:
        """What it adds to cancellations, as a positive amount."""
        return 0 if self.is_sale else -self.total_minor
