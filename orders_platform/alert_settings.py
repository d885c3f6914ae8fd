"""Alerts: the part of the settings that says who is told of what, when, and where it is kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal
from zoneinfo import ZoneInfo

from orders_platform.addresses import database_faults, web_faults
from orders_platform.errors import SettingsError

# from the least on
SEVERITIES = WARNING, CRITICAL = "warning", "critical"
_HEARTBEAT_SECONDS = "180"
_HUB_HOURS = "24"
_SEPARATORS = re.compile(r"[;\s]+")
_ENTRY = re.compile(rf"(?:(?P<severity>{'|'.join(SEVERITIES)})=)?(?P<url>[A-Za-z][A-Za-z0-9+.-]*://[^/?#].*)")
_HOST = re.compile(r"//(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)")
# A cloud's own services for its machines, which hand out their keys: Azure's besides the link-local ones
_METADATA_NAMES = frozenset({"metadata", "metadata.google.internal", "metadata.azure.com", "instance-data"})
_METADATA_ADDRESSES = frozenset({"168.63.129.16", "fd00:ec2::254"})


@dataclass(frozen=True, slots=True)
class Address:
    """Somewhere to send alerts.

    Attributes:
        number: its place in the setting, from 1 on: by this it is called, since the URL may hold a key.
        url: in apprise's words.
        severity: the least that is sent there.
    """

    number: int
    url: str = field(repr=False)
    severity: str = WARNING

    @property
    def name(self) -> str:
        """How it is told of: `2 (slack, critical)`."""
        return f"{self.number} ({self.url.partition('://')[0].lower()}, {self.severity})"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A span of the day, over midnight or not, in the shop's zone: warnings wait until it is over."""

    begins: time
    ends: time
    zone: ZoneInfo

    def holds(self, at: datetime) -> bool:
        """Whether that moment lies in it."""
        there = at.astimezone(self.zone).time()
        if self.begins <= self.ends:
            return self.begins <= there < self.ends
        return there >= self.begins or there < self.ends


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Who is told, when, and where alerts are kept until they are.

    Attributes:
        database_url: a PostgreSQL for them; None: a file in the home. It may hold a password, so it is never shown.
        runbook_url: where the runbook's page is read; None: it is named by its path in the project.
        dagster_url: where people open Dagster's pages; None: paths stand alone.
        heartbeat_seconds: older than this, the last look of a sensor is too old.
        hub_hours: how long the hub keeps a message.
    """

    addresses: tuple[Address, ...]
    quiet: QuietHours | None
    database_url: str | None = field(repr=False)
    runbook_url: str | None
    dagster_url: str | None
    heartbeat_seconds: float
    hub_hours: float

    def need_addresses(self) -> tuple[Address, ...]:
        """The addresses. Raises SettingsError where none is named."""
        if not self.addresses:
            raise SettingsError("nobody is told of anything: set ORDERS_ALERT_URLS to addresses like slack://... or mailto://...")
        return self.addresses

    @property
    def is_watching(self) -> bool:
        """Whether incidents are kept: somebody is to be told, or they have a database of their own."""
        return bool(self.addresses) or self.database_url is not None


def is_forbidden_host(host: str) -> bool:
    """Whether it is a machine's own link to its cloud, or no host at all: nobody reads alerts there, and keys lie there."""
    plain = host.strip("[]").rstrip(".").lower()
    if plain in _METADATA_NAMES or plain in _METADATA_ADDRESSES:
        return True
    try:
        return is_forbidden_address(ip_address(plain.partition("%")[0]))
    except ValueError:
        return False


def is_forbidden_address(address: IPv4Address | IPv6Address) -> bool:
    """The same of a number, also where an IPv4 one is written as IPv6."""
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) and address.ipv4_mapped else address
    return inner.is_link_local or inner.is_multicast or inner.is_unspecified or str(inner) in _METADATA_ADDRESSES


def alert_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with them, a sentence each; an address is called by its place, since it may hold a key."""
    numbers = (("ORDERS_HEARTBEAT_SECONDS", _HEARTBEAT_SECONDS), ("ORDERS_HUB_HOURS", _HUB_HOURS))
    return [
        *database_faults("ORDERS_ALERT_DATABASE_URL", env.get("ORDERS_ALERT_DATABASE_URL")),
        *(["ORDERS_ALERT_QUIET is no span like 22:00-07:00"] if _quiet(env, ZoneInfo("UTC")) is False else []),
        *(fault for name in ("ORDERS_RUNBOOK_URL", "ORDERS_DAGSTER_URL") for fault in web_faults(name, env.get(name))),
        *(f"{name} is no number above 0" for name, default in numbers if _seconds(env.get(name) or default) <= 0),
        *_address_faults(env),
    ]


def alert_settings(env: Mapping[str, str], zone: ZoneInfo) -> AlertSettings:
    """Settings of the alerts out of `env`, which has no fault."""
    found = [match for entry in _entries(env) if (match := _ENTRY.fullmatch(entry))]
    return AlertSettings(
        addresses=tuple(Address(number, one["url"], one["severity"] or WARNING) for number, one in enumerate(found, 1)),
        quiet=_quiet(env, zone) or None,
        database_url=env.get("ORDERS_ALERT_DATABASE_URL") or None,
        runbook_url=env.get("ORDERS_RUNBOOK_URL", "").rstrip("/") or None,
        dagster_url=env.get("ORDERS_DAGSTER_URL", "").rstrip("/") or None,
        heartbeat_seconds=_seconds(env.get("ORDERS_HEARTBEAT_SECONDS") or _HEARTBEAT_SECONDS),
        hub_hours=_seconds(env.get("ORDERS_HUB_HOURS") or _HUB_HOURS),
    )


def _entries(env: Mapping[str, str]) -> list[str]:
    return [entry for entry in _SEPARATORS.split(env.get("ORDERS_ALERT_URLS", "")) if entry]


def _address_faults(env: Mapping[str, str]) -> list[str]:
    faults = []
    for number, entry in enumerate(_entries(env), 1):
        found = _ENTRY.fullmatch(entry)
        if found is None:
            faults.append(f"entry {number} of ORDERS_ALERT_URLS is no address like slack://... or critical=mailto://...")
        elif is_forbidden_host((_HOST.search(found["url"]) or ["", ""])[1]):
            faults.append(f"entry {number} of ORDERS_ALERT_URLS leads to a cloud's own services for its machines, not to people")
    return faults


def _quiet(env: Mapping[str, str], zone: ZoneInfo) -> QuietHours | Literal[False] | None:
    """None where none are asked for, False where they are broken."""
    text = env.get("ORDERS_ALERT_QUIET")
    if not text:
        return None
    begins, _, ends = text.partition("-")
    try:
        return QuietHours(time.fromisoformat(begins.strip()), time.fromisoformat(ends.strip()), zone)
    except ValueError:
        return False


def _seconds(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0
