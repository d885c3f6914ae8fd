"""gold.daily_sales summed by day and currency, as a run of the job tells it and Dagster reads it. Free of Spark."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from orders_platform.lakehouse.gold.table import DAILY_SALES

SUMS: Final = ("orders", "cancellations", "gross_minor", "cancelled_minor", "net_minor")
# by this name a message of Pipes is known as totals
_NAME: Final = "day_totals"


@dataclass(frozen=True, slots=True)
class DayTotals:
    """A day in one currency, all countries together; money in minor units."""

    day: date
    currency: str
    orders: int
    cancellations: int
    gross_minor: int
    cancelled_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The days of a range that have sales or cancellations.

    Attributes:
        version: of the table when it was asked.
    """

    version: int
    days: tuple[DayTotals, ...]

    @property
    def table(self) -> str:
        """The table that was summed."""
        return DAILY_SALES.key

    @property
    def failed_checks(self) -> list[str]:
        """None: totals are told, not judged."""
        return []

    @property
    def lines(self) -> list[str]:
        """For whoever reads them on standard output: one a day and currency."""
        return [
            f"{each.day} {each.currency}: {', '.join(f'{name} {getattr(each, name)}' for name in SUMS)}" for each in self.days
        ]

    def message(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {_NAME: [{**asdict(each), "day": each.day.isoformat()} for each in self.days], "version": self.version}


def totals_told(messages: Iterable[Any]) -> Totals | None:
    """The totals among a run's messages; None where it told none."""
    told = [message for message in messages if isinstance(message, dict) and _NAME in message]
    return Totals(told[-1]["version"], tuple(_day_totals(row) for row in told[-1][_NAME])) if told else None


def _day_totals(row: dict[str, Any]) -> DayTotals:
    return DayTotals(**{**row, "day": date.fromisoformat(row["day"])})
