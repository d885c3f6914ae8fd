"""One look at all that is watched: what is found becomes incidents, what waits is delivered. Two looks at once are harmless."""

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any, Final

import dagster as dg

from orders_platform.alerts.database import engine_of, lead
from orders_platform.alerts.delivery import Delivered, Delivery
from orders_platform.alerts.message import Links
from orders_platform.alerts.outcome import Sender
from orders_platform.alerts.sending import AppriseSender
from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.alerts.store import AlertStore
from orders_platform.errors import PlatformError
from orders_platform.orchestration.alerting.beating import LOOP
from orders_platform.orchestration.alerting.check_answers import Seen, check_signals
from orders_platform.orchestration.alerting.lateness import BRONZE, filled_times, late_signals, look_at_hub, waiting_signal
from orders_platform.orchestration.alerting.run_ends import run_signals
from orders_platform.orchestration.alerting.ticks import tick_signals
from orders_platform.orchestration.alerting.topics import WATCH
from orders_platform.orchestration.alerting.waiting import Waits, by_this_clock
from orders_platform.settings import Settings

# A tick is cut off after 60 s, and goes on in the dark beside the next one: both parts together end long before.
_LOOK_SECONDS: Final = 15.0
_DELIVERY_SECONDS: Final = 30.0
# Nobody watched for so long: whoever starts a platform again lets it catch up before it is called late.
_GAP_SECONDS: Final = 300.0
_CATCH_UP_SECONDS: Final = 120.0
# names of notes in the store, beside the loop's
_CHECKS, _WATCH, _TABLES = "checks", "watch", "tables"
Part = Callable[[], Iterable[Signal]]


@cache
def shared_sender() -> Sender:
    """One for all looks of a process: it takes most of a second to make."""
    return AppriseSender()


@dataclass(frozen=True)
class Look:
    """What one look needs.

    Attributes:
        check_keys: checks whose answers count.
        watchers: names of the sensors and schedules whose looks count.
        now: seconds since 1970.
        complain: takes a sentence for the tick's log.
    """

    instance: dg.DagsterInstance
    settings: Settings
    check_keys: Sequence[dg.AssetCheckKey]
    watchers: frozenset[str]
    sender: Sender
    now: Callable[[], float] = time.time
    complain: Callable[[str], object] = field(default=lambda _: None)

    def run(self) -> str:
        """Look, judge and deliver; what came of it, in a sentence. Raises EnvironmentFault where the store does not serve."""
        with lead(self.store.engine) as leads:
            if not leads:
                return "another look is at work"
            told = self._judged()
            delivered = self._delivered()
            self.store.write_note(LOOP, {"at": self.now()})
        open_now = len(self.store.open_incidents())
        return f"{open_now} incidents open, {told} news; {delivered.sent} messages delivered, {delivered.failed} in vain"

    @cached_property
    def store(self) -> AlertStore:
        """Where incidents lie."""
        return AlertStore(engine_of(self.settings))

    def _judged(self) -> int:
        now = self.now()
        seen: dict[str, list[int]] = self.store.note(_CHECKS)
        watching = _watching(self.store.note(_WATCH), now)
        answered: dict[str, list[int]] = {}
        waiting: dict[str, Any] = self.store.note(_TABLES)
        parts: dict[str, Part] = {
            "checks": lambda: self._checks(seen, answered),
            "runs": lambda: run_signals(self.instance),
            "sensors": lambda: tick_signals(self.instance, self.watchers),
            "tables": lambda: self._tables(now, waiting, has_watched=now - watching["since"] >= _CATCH_UP_SECONDS),
        }
        signals = found(parts, now, self.complain)
        alerts = self.settings.alerts
        links = Links(alerts.runbook_url, alerts.dagster_url)
        notes = {_CHECKS: answered or seen, _WATCH: watching, _TABLES: dict(waiting)}
        return len(self.store.take_in(signals, now, links, new_id=lambda: uuid.uuid4().hex, notes=notes))

    def _checks(self, seen: Seen, answered: dict[str, list[int]]) -> list[Signal]:
        signals, known = check_signals(self.instance, self.check_keys, seen)
        answered.update(known)
        return signals

    def _tables(self, now: float, noted: dict[str, Any], *, has_watched: bool) -> list[Signal]:
        """Of the tables and the hub; `noted` is what the last look left, and then this one's."""
        told = by_this_clock(filled_times(self.instance), noted.get("filled", {}), now)
        filled = {table: at for table, (_, at) in told.items()}
        noted["filled"] = told
        signals = list(late_signals(filled, datetime.fromtimestamp(now, UTC), self.settings.trading, has_watched=has_watched))
        if self.settings.hub:
            before = Waits.noted(noted.get("hub", {}))
            found = look_at_hub(self.instance, self.settings.hub, before, now=now, filled_at=filled.get(BRONZE))
            if found:
                noted["hub"] = found.note()
                signals += [waiting_signal(found, self.settings.alerts.hub_hours * 3600)] if has_watched else []
        return signals

    def _delivered(self) -> Delivered:
        return Delivery(self.store, self.settings.alerts, self.sender, _DELIVERY_SECONDS, self.now).run()


def found(
    parts: Mapping[str, Part], now: float, complain: Callable[[str], object], seconds: float = _LOOK_SECONDS
) -> list[Signal]:
    """What all parts find. One that fails, or takes too long, says so itself and keeps nothing from the others."""
    threads = ThreadPoolExecutor(len(parts), thread_name_prefix="alerting")
    looks = {name: threads.submit(_whole, part) for name, part in parts.items()}
    wait(looks.values(), seconds)
    threads.shutdown(wait=False, cancel_futures=True)
    signals: list[Signal] = []
    for name, look in looks.items():
        fault = _fault(look)
        if fault:
            complain(f"{name} cannot be watched: {fault}")
        else:
            signals += look.result()
        said, was = (f"{name} {could} be watched: the log of this sensor says why" for could in ("cannot", "could not"))
        state = State.BAD if fault else State.GOOD
        signals.append(Signal(f"watch {name}", WATCH, state, Severity.CRITICAL, now, said, "/automation", was))
    return signals


def _whole(part: Part) -> list[Signal]:
    return list(part())


def _fault(look: "Future[list[Signal]]") -> str:
    """Why it found nothing; empty where it did."""
    if not look.done():
        return "it took too long"
    fault = look.exception()
    if fault is None:
        return ""
    return str(fault) if isinstance(fault, PlatformError) else f"{type(fault).__name__}: {fault}"


def _watching(noted: Mapping[str, float], now: float) -> dict[str, float]:
    """Since when somebody has watched without a gap."""
    is_gap = not noted or not 0 <= now - noted["at"] <= _GAP_SECONDS
    return {"since": now if is_gap else noted["since"], "at": now}
