"""When a table is called late: hour by hour while the shop sells, never by night or on a day off.

Passes start when orders come, and at least every half hour while the shop is open. So a table that nobody filled means that the
platform stands still, not that nobody buys.
"""

from datetime import datetime, time, timedelta
from typing import Final

import dagster as dg

from orders_platform.trading import TradingHours

# What people look at while the shop sells, and all that it is made from.
LIVE: Final = frozenset({"bronze.order_events", "silver.order_events", "gold.daily_sales", "gold.sales_by_minute"})
# Half an hour of quiet, and time for the pass that then starts.
_LIVE_SPAN: Final = timedelta(minutes=45)
_SPAN: Final = timedelta(hours=1)
_WEEK_AND_TODAY: Final = 8


def freshness_policy(table: str, trading: TradingHours) -> dg.FreshnessPolicy:
    """At each deadline `table` must have been filled a short while before; the look back never leaves the trading hours."""
    return dg.FreshnessPolicy.cron(
        deadline_cron=deadlines(trading),
        lower_bound_delta=_look_back(table, trading),
        timezone=trading.zone.key,
    )


def late_since(table: str, filled: datetime, now: datetime, trading: TradingHours) -> datetime | None:
    """The deadline that a table has missed, last filled at that moment; None where it is in time. By the policy's own rule."""
    due = _last_deadline(now, trading)
    return due if due is not None and filled < due - _look_back(table, trading) else None


def deadlines(trading: TradingHours) -> str:
    """A cron string: every hour from an hour after opening until closing; the closing itself where the shop opens for less."""
    times = _times(trading)
    # 0 is Sunday for cron, and Monday for Python
    days = ",".join(str((day + 1) % 7) for day in sorted(trading.days))
    return f"{times[0].minute} {','.join(str(each.hour) for each in times)} * * {days}"


def _times(trading: TradingHours) -> list[time]:
    opens, closes = trading.opens, trading.closes
    hours = range(opens.hour + 1, closes.hour + 1)
    return [time(hour, opens.minute) for hour in hours if (hour, opens.minute) <= (closes.hour, closes.minute)] or [
        closes.replace(second=0, microsecond=0)
    ]


def _last_deadline(now: datetime, trading: TradingHours) -> datetime | None:
    there = now.astimezone(trading.zone)
    days = [there.date() - timedelta(days=back) for back in range(_WEEK_AND_TODAY)]
    open_days = [day for day in days if day.weekday() in trading.days]
    every = [datetime.combine(day, each, trading.zone) for day in open_days for each in _times(trading)]
    return max((each for each in every if each <= now), default=None)


def _look_back(table: str, trading: TradingHours) -> timedelta:
    open_for = _since_midnight(trading.closes) - _since_midnight(trading.opens)
    return min(_LIVE_SPAN if table in LIVE else _SPAN, open_for)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
