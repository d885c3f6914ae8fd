"""When a table is called late: hour by hour while the shop sells, never by night or on a day off.

Passes start when orders come, and at least every half hour while the shop is open. So a table that nobody filled means that the
platform stands still, not that nobody buys.
"""

from datetime import time, timedelta
from typing import Final

import dagster as dg

from orders_platform.trading import TradingHours

# What people look at while the shop sells, and all that it is made from.
LIVE: Final = frozenset({"bronze.order_events", "silver.order_events", "gold.daily_sales", "gold.sales_by_minute"})
# Half an hour of quiet, and time for the pass that then starts.
_LIVE_SPAN: Final = timedelta(minutes=45)
_SPAN: Final = timedelta(hours=1)


def freshness_policy(table: str, trading: TradingHours) -> dg.FreshnessPolicy:
    """At each deadline `table` must have been filled a short while before; the look back never leaves the trading hours."""
    open_for = _since_midnight(trading.closes) - _since_midnight(trading.opens)
    return dg.FreshnessPolicy.cron(
        deadline_cron=deadlines(trading),
        lower_bound_delta=min(_LIVE_SPAN if table in LIVE else _SPAN, open_for),
        timezone=trading.zone.key,
    )


def deadlines(trading: TradingHours) -> str:
    """A cron string: every hour from an hour after opening until closing; the closing itself where the shop opens for less."""
    opens, closes = trading.opens, trading.closes
    hours = [hour for hour in range(opens.hour + 1, closes.hour + 1) if (hour, opens.minute) <= (closes.hour, closes.minute)]
    minute, hour = (opens.minute, ",".join(map(str, hours))) if hours else (closes.minute, str(closes.hour))
    # 0 is Sunday for cron, and Monday for Python
    days = ",".join(str((day + 1) % 7) for day in sorted(trading.days))
    return f"{minute} {hour} * * {days}"


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
