"""When the alerts and each running sensor last looked well, as the alert store and Dagster's records say."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

import dagster as dg

from orders_platform.alerts.heartbeat import ALERTS, Heartbeat, Looks, Pulse
from orders_platform.alerts.store import AlertStore
from orders_platform.orchestration.alerting.ticks import good_looks

# name of the note in the store
LOOP: Final = "loop"
# sooner than a watcher gives up
_READ_SECONDS: Final = 10.0


@dataclass(slots=True)
class Records:
    """Where it is noted. Reading ends in time, whatever the databases do."""

    store: AlertStore
    instance: dg.DagsterInstance
    pulse: Pulse
    seconds: float = _READ_SECONDS
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="heartbeat"))

    def take(self) -> Heartbeat:
        """The heartbeat now; one that cannot be read is none."""
        reading = self._threads.submit(self.looks)
        try:
            fault = reading.exception(self.seconds)
        except TimeoutError:
            return self.pulse.unknown(f"the records did not answer within {self.seconds:g} s")
        if fault is not None:
            # its text may hold an address with a password
            return self.pulse.unknown(f"the records do not answer: {type(fault).__name__}")
        return self.pulse.of(reading.result())

    def looks(self) -> Looks:
        """Times of the last good looks."""
        at = self.store.note(LOOP).get("at")
        return {ALERTS: at, **{look.sensor: look.at for look in good_looks(self.instance)}}
