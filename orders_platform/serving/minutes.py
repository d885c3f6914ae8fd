"""Which minutes of a day are shown one by one, and from which on they are not counted yet."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from orders_platform.serving.reading import MinuteSums, ShownDay

MINUTES: Final = 120


@dataclass(frozen=True, slots=True)
class MinuteSpan:
    """Minutes by the shop's clock, as if it were UTC.

    Attributes:
        uncounted_since: the minute from which on orders may be missing; None where the day is over.
    """

    minutes: Sequence[datetime]
    uncounted_since: datetime | None


def minute_span(minutes: Iterable[MinuteSums], day: ShownDay, newest_at: datetime | None) -> MinuteSpan:
    """The day's last two hours: up to now, or to its last order. None is of another day, for which nobody has asked.

    Args:
        newest_at: when the hub took the newest message that is counted; None where nothing tells.
    """
    last = wall(day.until if day.is_today else max((each.minute for each in minutes), default=day.until))
    span = [last - timedelta(minutes=ago) for ago in reversed(range(MINUTES))]
    span = [minute for minute in span if minute.date() == last.date()]
    if not day.is_today:
        return MinuteSpan(span, None)
    # the minute that goes on is not whole, whatever came in it
    counted = last if newest_at is None else min(last, wall(newest_at.astimezone(day.until.tzinfo)))
    return MinuteSpan(span, max(span[0], counted))


def wall(moment: datetime) -> datetime:
    """The shop's wall clock at that minute, as if it were UTC."""
    return moment.replace(second=0, microsecond=0, tzinfo=UTC)
