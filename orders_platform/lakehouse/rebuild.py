"""Makes a range of days of gold again: after a repair by hand, or a new version of a transform that must reach old days.

A day is the shop's. An order counts on the day that it was placed in gold.daily_sales and gold.product_sales; in
gold.sales_by_minute it counts at its last change, so there the minutes of those days are made again, and an order that was placed
on one day and changed on the next is found on the next. Prices follow from the first day on, since each row ends where the next
one begins.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.catalog import BY_KEY, REBUILDABLE
from orders_platform.lakehouse.gold import fill
from orders_platform.lakehouse.gold import table as gold
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.parts import FOLLOWS, Parts
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.spans import Span
from orders_platform.lakehouse.turn import own_turn
from orders_platform.lakehouse.work import Work

_FILLS: dict[str, fill.Rebuild] = {
    **fill.OF_DAYS,
    gold.SALES_BY_MINUTE.key: fill.sales_by_minute,
    gold.PRODUCT_PRICES.key: fill.product_prices,
}
_DAY = timedelta(days=1)
# No event outside of these years passes the rules.
_YEARS = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class Days:
    """A range of days, both ends included, as if an order of each had changed."""

    first: date
    last: date
    zone: ZoneInfo
    is_everything: bool = False

    @property
    def days(self) -> tuple[Span[date], ...]:
        """The range."""
        return (Span(self.first, self.last + _DAY),)

    @property
    def hours(self) -> tuple[Span[datetime], ...]:
        """From midnight to midnight by the shop's clock, in UTC."""
        midnights = (datetime.combine(day, time(), self.zone) for day in (self.first, self.last + _DAY))
        return (Span(*(midnight.astimezone(UTC) for midnight in midnights)),)


def rebuild(lake: Lake, work: Work) -> Iterator[TableReport]:
    """Make the days again, and yield each table's report as it is done; a second time changes no row.

    Raises InputError for days or tables that cannot be made again, PassRefused as a pass does.
    """
    days = _asked_days(work, ZoneInfo(lake.zone))
    tables = _asked_tables(work.tables)
    return _again(lake, work.pass_id, tables, days)


def _asked_days(work: Work, zone: ZoneInfo) -> Days:
    first, last = work.first_day, work.last_day
    if first is None or last is None:
        raise InputError("a rebuild needs first_day and last_day, like 2026-01-05 and 2026-01-06; last_day is rebuilt, too")
    if first > last:
        raise InputError(f"first_day {first} is after last_day {last}: give the earlier day first")
    if first.year not in _YEARS or last.year not in _YEARS:
        raise InputError(f"{first} to {last} is no range of days between {_YEARS[0]} and {_YEARS[-1]}, where all orders lie")
    return Days(first, last, zone)


def _asked_tables(asked: Collection[str]) -> list[str]:
    other = sorted(set(asked) - set(REBUILDABLE))
    if other:
        raise InputError(f"{', '.join(other)} cannot be rebuilt by days; these can: {', '.join(REBUILDABLE)}")
    return [key for key in REBUILDABLE if key in asked or not asked]


def _again(lake: Lake, pass_id: str, tables: Collection[str], days: Days) -> Iterator[TableReport]:
    started_at = datetime.now(UTC)
    told: list[TableReport] = []
    parts = Parts(lake, pass_id)
    with own_turn(lake):
        _same_progress(parts, tables)
        for key in tables:
            told.append(parts.again(key, _FILLS[key], days))
            ledger.write(lake.root, pass_id, told, started_at=started_at)
            yield told[-1]


def _same_progress(parts: Parts, tables: Collection[str]) -> None:
    """A table that is made from another's rows is made again out of them, so both must cover the same events."""
    for key in tables:
        leader = FOLLOWS.get(key)
        if leader and parts.state(BY_KEY[key]).note.source_version != parts.state(BY_KEY[leader]).note.source_version:
            raise PassRefused(f"{key} is not as far as {leader}, from which it is made: run a pass over both first")
