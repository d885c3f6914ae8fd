"""What the shop sold, as a few small figures out of gold. The look and the clock come in from outside."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from orders_platform.serving.source import Ask

WEEKS: Final = 4
_MOST_RANKED: Final = 10


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts, and money of one currency in its minor units."""

    orders: int = 0
    cancellations: int = 0
    gross_minor: int = 0
    cancelled_minor: int = 0
    net_minor: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        """Both together; of one currency, where money is meant."""
        return Sums(*map(sum, zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class DaySums:
    """A day in one country and currency."""

    day: date
    country: str
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

    def among(self, sums: Iterable[DaySums], days: int) -> list[DaySums]:
        """Those of so many days that end with this one."""
        first, last = self.span(days).values()
        return [each for each in sums if first <= each.day <= last]


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
class Ranking:
    """The largest, and what all of them come to."""

    top: Sequence[Ranked]
    gross_minor: int
    cancelled_minor: int

    def agrees_with(self, sums: Sums) -> bool:
        """Whether it is made of the same orders as the days' figures: tables are filled one after another."""
        return (self.gross_minor, self.cancelled_minor) == (sums.gross_minor, sums.cancelled_minor)


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
    """So many days up to the one shown, by country and currency."""
    return [DaySums(row["day"], row["country"], row["currency"], _sums(row)) for row in ask("days", day.span(days))]


def total(sums: Iterable[DaySums], currency: str | None = None) -> Sums:
    """Their sum in one currency; without one only counts mean anything."""
    return sum((each.sums for each in sums if currency in {None, each.currency}), Sums())


def orders_by_day(sums: Iterable[DaySums]) -> dict[date, int]:
    """Orders of each day, all currencies together."""
    found: dict[date, int] = {}
    for each in sums:
        found[each.day] = found.get(each.day, 0) + each.sums.orders
    return found


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


def top_products(ask: Ask, day: ShownDay, days: int, currency: str) -> Ranking:
    """The products with the most money, in one currency."""
    rows = ask("products", {**day.span(days), "currency": currency})
    top = [Ranked(row["product_name"] or row["product_no"], row["units"], row["net_minor"]) for row in rows]
    return Ranking(top, rows[0]["gross_of_all"], rows[0]["cancelled_of_all"]) if rows else Ranking((), 0, 0)


def top_countries(sums: Iterable[DaySums], currency: str) -> Ranking:
    """The countries with the most money, in one currency."""
    found: dict[str, Sums] = {}
    for each in sums:
        if each.currency == currency:
            found[each.country] = found.get(each.country, Sums()) + each.sums
    ranked = [Ranked(country, sums.orders, sums.net_minor) for country, sums in found.items()]
    ranked.sort(key=lambda each: (-each.net_minor, each.name))
    of_all = sum(found.values(), Sums())
    return Ranking(ranked[:_MOST_RANKED], of_all.gross_minor, of_all.cancelled_minor)


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
