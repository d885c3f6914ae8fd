"""How the looks of sensors and schedules ended, as Dagster's daemon has recorded them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final

import dagster as dg

from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.orchestration.alerting.topics import of_watcher

if TYPE_CHECKING:
    from dagster._core.scheduler.instigation import InstigatorState, InstigatorTick

ALERTING: Final = "alerting"
CRITICAL_FAILURES: Final = 3
_LATEST: Final = 5
# Dagster exports no name for them
_KINDS: Final = {"SENSOR": "sensor", "SCHEDULE": "schedule"}
_SENSOR: Final = "SENSOR"
_FAILURE, _STARTED = "FAILURE", "STARTED"
_GOOD: Final = frozenset({"SUCCESS", "SKIPPED"})


@dataclass(frozen=True, slots=True)
class GoodLook:
    """When a running sensor last ended a look well, seconds since 1970; None: never, or too long ago to be known."""

    sensor: str
    at: float | None


def tick_signals(instance: dg.DagsterInstance, names: Collection[str]) -> Iterator[Signal]:
    """A signal for each of these sensors and schedules that looked of late. The alerts' own sensor has its heartbeat instead."""
    for state in instance.all_instigator_state():
        kind = _KINDS.get(state.instigator_type.value)
        if kind and state.name in names and state.name != ALERTING:
            ticks = [tick for tick in _ticks(instance, state, _LATEST) if tick.status.value != _STARTED]
            if ticks:
                yield _signal(kind, state, ticks)


def good_looks(instance: dg.DagsterInstance) -> list[GoodLook]:
    """Of each sensor that is meant to run, as Dagster's records name them."""
    running = [one for one in instance.all_instigator_state() if one.instigator_type.value == _SENSOR and one.is_running]
    found = ((state.name, [tick for tick in _ticks(instance, state, _LATEST) if tick.status.value in _GOOD]) for state in running)
    return sorted((GoodLook(name, ticks[0].timestamp if ticks else None) for name, ticks in found), key=lambda look: look.sensor)


def _ticks(instance: dg.DagsterInstance, state: "InstigatorState", limit: int) -> list["InstigatorTick"]:
    """The latest, newest first."""
    return list(instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=limit))


def _signal(kind: str, state: "InstigatorState", newest_first: list["InstigatorTick"]) -> Signal:
    failed = list(takewhile(lambda tick: tick.status.value == _FAILURE, newest_first))
    least = "at least " if len(failed) >= _LATEST else ""
    times = f"{least}{len(failed)} times in a row" if len(failed) > 1 else "once"
    return Signal(
        key=f"{kind} {state.name}",
        topic=of_watcher(kind, state.name),
        # one that somebody has stopped fails no more
        state=State.BAD if failed and state.is_running else State.GOOD,
        severity=Severity.CRITICAL if len(failed) >= CRITICAL_FAILURES else Severity.WARNING,
        since=(failed or newest_first[:1])[-1].timestamp,
        said=f"{kind} {state.name} failed, {times}",
        where="/automation",
    )
