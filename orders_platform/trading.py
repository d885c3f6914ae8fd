"""When the shop sells: then, and only then, a standstill is one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# The shop of the dataset never sells on a Tuesday.
_DAYS = "mon,wed,thu,fri,sat,sun"
_HOURS = "08:00-20:00"


@dataclass(frozen=True, slots=True)
class TradingHours:
    """When the shop sells, in its own time zone.

    Attributes:
        days: 0 is Monday, as `datetime.weekday` has it.
    """

    days: frozenset[int]
    opens: time
    closes: time
    zone: ZoneInfo

    def is_open(self, at: datetime) -> bool:
        """Whether the shop sells at that moment."""
        there = at.astimezone(self.zone)
        return there.weekday() in self.days and self.opens <= there.time() < self.closes


def trading_hours(env: Mapping[str, str], zone: ZoneInfo) -> TradingHours:
    """The hours that settings name, or those of the dataset's shop."""
    opens, closes = _hours(env) or (time.min, time.max)
    return TradingHours(frozenset(_WEEKDAYS.index(day) for day in _days(env)), opens, closes, zone)


def trading_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with them, by setting."""
    faults = []
    if not set(_days(env)) <= set(_WEEKDAYS):
        faults.append(f"ORDERS_TRADING_DAYS is no list of {', '.join(_WEEKDAYS)}")
    if _hours(env) is None:
        faults.append(f"ORDERS_TRADING_HOURS is no span like {_HOURS}")
    return faults


def _days(env: Mapping[str, str]) -> list[str]:
    return [day.strip().lower() for day in (env.get("ORDERS_TRADING_DAYS") or _DAYS).split(",")]


def _hours(env: Mapping[str, str]) -> tuple[time, time] | None:
    opens, _, closes = (env.get("ORDERS_TRADING_HOURS") or _HOURS).partition("-")
    try:
        span = time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip())
    except ValueError:
        return None
    return span if span[0] < span[1] else None
