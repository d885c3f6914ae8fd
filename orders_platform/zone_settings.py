"""The shop's time zone: which names count, and what to write in place of one that a machine does not know."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from orders_platform.errors import SettingsError

DEFAULT: Final = "UTC"
# Python lists them; they name no place: whatever the machine has for its own, and a machine without one
_NO_PLACE: Final = frozenset({"localtime", "posixrules", "Factory"})
_YEAR: Final = timedelta(days=365)
_HALF_MONTH: Final = timedelta(days=15)
_SINCE: Final = datetime(1970, 1, 1, tzinfo=UTC)


def zone_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with it, a sentence at most."""
    known = available_timezones()
    if not known:
        return ["there is no time zone data on this machine: install the package tzdata, by pip or by the system"]
    name = env.get("ORDERS_TIMEZONE", DEFAULT)
    return [] if name in known - _NO_PLACE else ["ORDERS_TIMEZONE is no IANA time zone name, like America/Sao_Paulo"]


def unknown_to(reader: str, name: str, knows: Callable[[str], bool], *, now: datetime | None = None) -> SettingsError:
    """The fault that `reader` does not know the zone, with one that it knows and whose clocks go alike, where there is one."""
    near = next(filter(knows, _alike(name, now or datetime.now(UTC))), None)
    instead = f"; {near} has the same time now, and this {reader} knows it" if near else ""
    return SettingsError(
        f"ORDERS_TIMEZONE is {name}, which the time zone data of this {reader} does not have: take a newer {reader}, or another "
        f"zone{instead}"
    )


def _alike(name: str, now: datetime) -> Iterator[str]:
    """Zones whose clocks have gone alike for a year and will for the next; first those that differ least in earlier years."""
    wanted, others = ZoneInfo(name), available_timezones() - {name} - _NO_PLACE
    recent = list(_instants(now - _YEAR, now + _YEAR))
    alike = [each for each in others if not _differences(wanted, ZoneInfo(each), recent)]
    ever = list(_instants(_SINCE, now))
    region = name.partition("/")[0]
    yield from sorted(alike, key=lambda each: (_differences(wanted, ZoneInfo(each), ever), not each.startswith(region), each))


def _instants(first: datetime, last: datetime) -> Iterator[datetime]:
    while first <= last:
        yield first
        first += _HALF_MONTH


def _differences(one: ZoneInfo, other: ZoneInfo, instants: list[datetime]) -> int:
    return sum(at.astimezone(one).utcoffset() != at.astimezone(other).utcoffset() for at in instants)
