"""A trading day's figures, in each currency, beside those of the same weekday in past weeks; free of Dagster and of the lake."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from orders_platform.lakehouse.day_totals import DayTotals
from orders_platform.orchestration.trends.usual import LEAST_WEEKS, MOST_WEEKS, Usual

_WEEK: Final = timedelta(days=7)
# a day of fewer orders has no usual basket
_LEAST_ORDERS: Final = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured of a day: its name, its currency, and the past to hold it against."""

    name: str
    currency: str
    usual: Usual

    @property
    def sentence(self) -> str:
        """What is odd about it."""
        return f"{self.name} in {self.currency}: {self.usual.now:,.2f}, usually {self.usual.median:,.2f}"


def last_trading_day(today: date, trading_days: Collection[int]) -> date:
    """The newest day before today on which the shop sells; 0 is Monday."""
    return next(day for back in range(1, 8) if (day := today - timedelta(days=back)).weekday() in trading_days)


def weeks_before(day: date, totals: Collection[DayTotals]) -> list[date]:
    """The same weekday in past weeks, the newest first, as far back as there is anything, at most eight."""
    begins = min((each.day for each in totals), default=day)
    past = [day - _WEEK * week for week in range(1, MOST_WEEKS + 1)]
    return [each for each in past if each >= begins]


def figures(day: date, totals: Collection[DayTotals]) -> Iterator[Figure]:
    """Orders, the order's mean value and the cancelled share, by currency; none where the past is too short to tell."""
    weeks = weeks_before(day, totals)
    if len(weeks) < LEAST_WEEKS:
        return
    by_day = {(each.day, each.currency): each for each in totals}
    for currency in sorted({each.currency for each in totals if each.day in (day, *weeks)}):
        yield Figure("orders", currency, Usual(_orders(by_day, day, currency), [_orders(by_day, w, currency) for w in weeks]))
        yield from _mix(currency, by_day.get((day, currency)), [by_day[w, currency] for w in weeks if (w, currency) in by_day])


def _orders(by_day: Mapping[tuple[date, str], DayTotals], day: date, currency: str) -> int:
    """A day without any has no row."""
    told = by_day.get((day, currency))
    return told.orders if told else 0


def _mix(currency: str, now: DayTotals | None, past: list[DayTotals]) -> Iterator[Figure]:
    """What kind of day it was; only days with orders enough have one."""
    whole = [each for each in past if each.orders >= _LEAST_ORDERS]
    if now is None or now.orders < _LEAST_ORDERS or len(whole) < LEAST_WEEKS:
        return
    yield Figure("mean order", currency, Usual(_mean_order(now), [_mean_order(each) for each in whole]))
    yield Figure("percent cancelled", currency, Usual(_cancelled(now), [_cancelled(each) for each in whole]))


def _mean_order(day: DayTotals) -> float:
    """In major units of two decimals."""
    return day.gross_minor / day.orders / 100


def _cancelled(day: DayTotals) -> float:
    return 100 * day.cancelled_minor / day.gross_minor if day.gross_minor else 0.0
