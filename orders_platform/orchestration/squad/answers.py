"""What the squad's API answers, as far as the platform asks."""

from dataclasses import dataclass

from orders_platform.lakehouse.day_totals import DayTotals


@dataclass(frozen=True, slots=True)
class Outbox:
    """Events that wait for the hub.

    Attributes:
        oldest_seconds: how long the oldest one has waited; 0 where none waits.
        most_attempts: how often one of them was sent in vain.
    """

    waiting: int
    oldest_seconds: float
    most_attempts: int


@dataclass(frozen=True, slots=True)
class AcceptedDay(DayTotals):
    """What was accepted of a day in one currency.

    Attributes:
        unchanged_seconds: since the newest change of an order of that day.
    """

    unchanged_seconds: float


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, by the day on which it was placed in that time zone."""

    time_zone: str
    days: tuple[AcceptedDay, ...]
