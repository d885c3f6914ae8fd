"""A day against the same weekday of the weeks before it: how many orders had come by the same time of day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from orders_platform.serving.reading import MinuteSums, ShownDay

SLOT_MINUTES: Final = 10
_DAY_MINUTES: Final = 24 * 60


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
    least: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Against:
    """The curve, and where it stands now.

    Attributes:
        weeks: how many of the weeks before had orders on this weekday.
        orders: by now.
        usual: by the same time, on average; None where there are no weeks before.
    """

    points: Sequence[SoFar]
    weeks: int
    orders: int
    usual: float | None

    @property
    def change(self) -> float | None:
        """How far the day is from the usual, as a share of it."""
        return self.orders / self.usual - 1 if self.usual else None


def against_weekdays(minutes: Iterable[MinuteSums], day: ShownDay) -> Against:
    """Count the orders of each day up to each time of day; a week without orders on that day is left out."""
    counts: dict[date, dict[int, int]] = {}
    for each in minutes:
        of_day = counts.setdefault(each.minute.date(), {})
        at = _minute_of_day(each.minute)
        of_day[at] = of_day.get(at, 0) + each.sums.orders
    before = [counts[each] for each in day.same_weekdays[1:] if counts.get(each)]
    shown, now = counts.get(day.day, {}), _minute_of_day(day.until)
    usual = [_by(now + 1, each) for each in before]
    return Against(
        points=[_point(minute, shown, before, now) for minute in _slots(counts.values())],
        weeks=len(before),
        orders=_by(now + 1, shown),
        usual=sum(usual) / len(usual) if usual else None,
    )


def _slots(days: Iterable[dict[int, int]]) -> range:
    """Times of day from before the first order to after the last."""
    minutes = [minute for day in days for minute in day]
    if not minutes:
        return range(0)
    return range(
        min(minutes) // SLOT_MINUTES * SLOT_MINUTES, min(max(minutes) + 2 * SLOT_MINUTES, _DAY_MINUTES + 1), SLOT_MINUTES
    )


def _point(minute: int, shown: dict[int, int], before: Sequence[dict[int, int]], now: int) -> SoFar:
    past = [_by(minute, day) for day in before]
    return SoFar(
        minute=minute,
        orders=_by(minute, shown) if minute <= now else None,
        usual=sum(past) / len(past) if past else None,
        least=min(past, default=None),
        most=max(past, default=None),
    )


def _by(minute: int, day: dict[int, int]) -> int:
    return sum(orders for at, orders in day.items() if at < minute)


def _minute_of_day(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
