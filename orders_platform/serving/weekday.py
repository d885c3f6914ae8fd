"""A day against the same weekday of the weeks before it: how many orders had come by the same time of day.

How many a day had is what the page's other figures say of it; when they came is told by the minutes of their last change, which
are another table's. So the curve of a day always ends at the day's own figure.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from orders_platform.serving.reading import MinuteSums, ShownDay
from orders_platform.trading import TradingHours

SLOT_MINUTES: Final = 10
_HOUR_MINUTES: Final = 60
_DAY_MINUTES: Final = 24 * _HOUR_MINUTES


@dataclass(frozen=True, slots=True)
class SoFar:
    """Orders by a time of day, on the day shown and on those before it.

    Attributes:
        minute: minutes since midnight; the counts are of all before it.
        orders: None where the day has not come so far.
        usual: mean of the weeks before; None where there are none.
    """

    minute: int
    orders: int | None
    usual: float | None
    least: float | None
    most: float | None


@dataclass(frozen=True, slots=True)
class Against:
    """The curve, and where it stands now.

    Attributes:
        weeks: how many of the weeks before had orders on this weekday.
        orders: by now.
        usual: by the same time, on average; None where there are no weeks before.
        hours: the first and the last minute of the day to be shown, whole hours.
    """

    points: Sequence[SoFar]
    weeks: int
    orders: int
    usual: float | None
    hours: tuple[int, int] = (0, _DAY_MINUTES)

    @property
    def change(self) -> float | None:
        """How far the day is from the usual, as a share of it."""
        return self.orders / self.usual - 1 if self.usual else None

    @property
    def is_drawable(self) -> bool:
        """Whether there is more to draw than a point."""
        return self.weeks > 0 or sum(point.orders is not None for point in self.points) > 1


@dataclass(frozen=True, slots=True)
class _Curve:
    """A day's orders, and when they came."""

    total: int
    minutes: Mapping[int, int]

    def by(self, minute: int) -> float:
        """How many had come before it."""
        share = _before(minute, self.minutes) / (sum(self.minutes.values()) or 1)
        return self.total * share


def against_weekdays(minutes: Iterable[MinuteSums], orders: Mapping[date, int], day: ShownDay, trading: TradingHours) -> Against:
    """Hold the day against those before it, by the orders of each; a week without orders on that day is left out."""
    now = _minute_of_day(day.until)
    counts: dict[date, dict[int, int]] = {}
    for each in minutes:
        at, of = _minute_of_day(each.minute), each.minute.date()
        # what is dated ahead has not come
        if each.sums.orders and (of != day.day or at <= now):
            counts.setdefault(of, {})[at] = counts.get(of, {}).get(at, 0) + each.sums.orders
    shown = _Curve(orders.get(day.day, 0), counts.get(day.day, {}))
    before = [_Curve(orders[each], counts[each]) for each in day.same_weekdays[1:] if orders.get(each) and each in counts]
    points = list(_points(shown, before, now, is_today=day.is_today))
    usual = [curve.by(now + 1) for curve in before]
    return Against(
        points=points,
        weeks=len(before),
        orders=shown.total,
        usual=sum(usual) / len(usual) if usual else None,
        hours=_hours([point.minute for point in points], trading, day.day),
    )


def _points(shown: _Curve, before: Sequence[_Curve], now: int, *, is_today: bool) -> Iterator[SoFar]:
    """From before the first order to after the last; of a day that goes on, now is a point of its own."""
    minutes = [minute for curve in (shown, *before) for minute in curve.minutes]
    first, last = min(minutes, default=0) // SLOT_MINUTES * SLOT_MINUTES, max(minutes, default=-1) + 2 * SLOT_MINUTES
    slots = set(range(first, min(last, _DAY_MINUTES + 1), SLOT_MINUTES)) if minutes else set()
    has_now = is_today and bool(shown.total or slots)
    for minute in sorted(slots | {now} if has_now else slots):
        is_now = has_now and minute == now
        past = [curve.by(minute + is_now) for curve in before]
        by_then = shown.total if is_now else round(shown.by(minute))
        yield SoFar(
            minute=minute,
            orders=by_then if minute <= now else None,
            usual=sum(past) / len(past) if past else None,
            least=min(past, default=None),
            most=max(past, default=None),
        )


def _hours(minutes: Sequence[int], trading: TradingHours, day: date) -> tuple[int, int]:
    """The hours in which the shop sells, and those in which it sold besides."""
    trades = [trading.opens, trading.closes] if day.weekday() in trading.days else []
    ends = [each.hour * _HOUR_MINUTES + each.minute for each in trades] + list(minutes)
    first, last = min(ends, default=0), max(ends, default=_DAY_MINUTES)
    return first // _HOUR_MINUTES * _HOUR_MINUTES, -(-last // _HOUR_MINUTES) * _HOUR_MINUTES


def _before(minute: int, day: Mapping[int, int]) -> int:
    return sum(orders for at, orders in day.items() if at < minute)


def _minute_of_day(moment: datetime) -> int:
    return moment.hour * _HOUR_MINUTES + moment.minute
