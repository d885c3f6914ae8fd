"""What the shop sold, as a few small figures out of gold. The look and the clock come in from outside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from orders_platform.serving.source import Ask

WEEKS: Final = 4


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts, and money of one currency in its minor units."""

    orders: int = 0
    cancellations: int = 0
    gross_minor: int = 0
    cancelled_minor: int = 0
    net_minor: int = 0


@dataclass(frozen=True, slots=True)
class DaySums:
    """A day in one currency."""

    day: date
    currency: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class MinuteSums:
    """A minute in one currency, by the shop's clock."""

    minute: datetime
    currency: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class ShownDay:
    """The day that the page shows: today, or the newest that has orders.

    Attributes:
        until: how far it has come, by the shop's clock: now, or the day's end.
    """

    day: date
    until: datetime
    is_today: bool

    @property
    def same_weekdays(self) -> tuple[date, ...]:
        """The day, and the same weekday of the weeks before it."""
        return tuple(self.day - timedelta(weeks=week) for week in range(WEEKS + 1))

    def span(self, days: int) -> dict[str, date]:
        """The first and the last of so many days that end with this one, as queries call them."""
        return {"first": self.day - timedelta(days=days - 1), "last": self.day}


@dataclass(frozen=True, slots=True)
class Ranked:
    """A product or a country among the largest.

    Attributes:
        amount: units of a product, orders of a country.
    """

    name: str
    amount: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class CancelledDay:
    """Cancellations of a day whose order is known, or is not."""

    day: date
    is_orphan: bool
    cancellations: int
    cancelled_minor: int


def shown_day(ask: Ask, now: datetime, zone: ZoneInfo) -> ShownDay | None:
    """The day to show; None where there are no orders at all."""
    here = now.astimezone(zone)
    [row] = ask("newest_day", {"today": here.date()})
    if row["day"] is None:
        return None
    if row["day"] == here.date():
        return ShownDay(here.date(), here, is_today=True)
    return ShownDay(row["day"], datetime.combine(row["day"], time.max, zone), is_today=False)


def day_sums(ask: Ask, day: ShownDay, days: int = 1) -> list[DaySums]:
    """So many days up to the one shown, by currency."""
    return [DaySums(row["day"], row["currency"], _sums(row)) for row in ask("days", day.span(days))]


def currencies(sums: Iterable[DaySums]) -> list[str]:
    """Those that were sold in, the one of most orders first."""
    orders: dict[str, int] = {}
    for each in sums:
        orders[each.currency] = orders.get(each.currency, 0) + each.sums.orders
    return sorted(orders, key=lambda currency: (-orders[currency], currency))


def minute_sums(ask: Ask, day: ShownDay, zone: ZoneInfo) -> list[MinuteSums]:
    """The minutes of the day shown, and of the same weekday before it, by currency."""
    spans: dict[str, datetime] = {}
    for number, each in enumerate(day.same_weekdays):
        spans[f"start_{number}"] = datetime.combine(each, time.min, zone).astimezone(UTC)
        spans[f"end_{number}"] = datetime.combine(each + timedelta(days=1), time.min, zone).astimezone(UTC)
    return [MinuteSums(row["minute"].astimezone(zone), row["currency"], _sums(row)) for row in ask("minutes", spans)]


def top_products(ask: Ask, day: ShownDay, days: int, currency: str) -> list[Ranked]:
    """The products with the most money, in one currency."""
    rows = ask("products", {**day.span(days), "currency": currency})
    return [Ranked(row["product_name"] or row["product_no"], row["units"], row["net_minor"]) for row in rows]


def top_countries(ask: Ask, day: ShownDay, days: int, currency: str) -> list[Ranked]:
    """The countries with the most money, in one currency."""
    rows = ask("countries", {**day.span(days), "currency": currency})
    return [Ranked(row["country"], row["orders"], row["net_minor"]) for row in rows]


def cancelled_days(ask: Ask, day: ShownDay, days: int, currency: str) -> list[CancelledDay]:
    """Cancellations by day; the money is that in one currency."""
    rows = ask("cancellations", {**day.span(days), "currency": currency})
    return [CancelledDay(row["day"], row["match"] == "orphan", row["cancellations"], row["cancelled_minor"]) for row in rows]


def days_to_cancel(ask: Ask, day: ShownDay, days: int) -> float | None:
    """Median of the days from a sale to its cancellation; None where no sale of one is known."""
    [row] = ask("days_to_cancel", day.span(days))
    return row["days"] if row["days"] is None else float(row["days"])


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(row["orders"], row["cancellations"], row["gross_minor"], row["cancelled_minor"], row["net_minor"])
