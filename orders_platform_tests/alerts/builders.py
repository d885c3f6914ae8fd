"""Signals, topics and a clock for tests of alerts."""

from dataclasses import dataclass, field
from itertools import count

from orders_platform.alert_settings import AlertSettings
from orders_platform.alerts.signal import Severity, Signal, State, Topic
from orders_platform.settings import Settings

START = 1_767_614_400.0  # 2026-01-05 12:00 UTC
PROGRESS = Topic("progress", "Orders do not reach the tables", "progress")
RELAY = Topic("relay", "Events wait", "relay")
QUARANTINE = Topic("quarantine", "Messages are set aside", "quarantine", settle_seconds=300)


@dataclass
class Clock:
    """A clock that a test sets."""

    at: float = START

    def __call__(self) -> float:
        return self.at


@dataclass
class Names:
    """New names, one after the other."""

    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self) -> str:
        return f"incident-{next(self.numbers)}"


def bad(
    key: str = "job full_pass", topic: Topic = PROGRESS, *, severity: Severity = Severity.WARNING, said: str = "it failed"
) -> Signal:
    """Something that went wrong at noon."""
    return Signal(key, topic, State.BAD, severity, START, said, "/runs")


def good(key: str = "job full_pass", topic: Topic = PROGRESS) -> Signal:
    """It is well."""
    return Signal(key, topic, State.GOOD, Severity.WARNING, START)


def unknown(key: str = "job full_pass", topic: Topic = PROGRESS) -> Signal:
    """Nobody knows."""
    return Signal(key, topic, State.UNKNOWN, Severity.WARNING, START)


def told(*urls: str, **settings: str) -> AlertSettings:
    """Settings by which these addresses are told."""
    return Settings.from_env({"ORDERS_ALERT_URLS": ";".join(urls), **settings}).alerts
