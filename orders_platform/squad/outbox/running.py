"""Keeps a relay running: over a database and a hub that may go away and come back, until it is asked to end."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psycopg
import structlog

from orders_platform.errors import EnvironmentFault, HubError
from orders_platform.hub.lanes import Lanes
from orders_platform.settings import HubSettings
from orders_platform.squad.database import connect
from orders_platform.squad.outbox.gate import wait_seconds
from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.outbox.relay import Relay
from orders_platform.squad.outbox.store import OutboxStore

_IDLE_SECONDS = 0.1
_WAITING_SECONDS = 1.0
_LOOK_SECONDS = 1.0
_PURGE_SECONDS = 60.0
_LOG = structlog.get_logger("orders.relay")


@dataclass(slots=True)
class RelayService:
    """A relay with all that it needs to go on by itself.

    Attributes:
        keep_days: how long published events are kept, to be sent again.
        stop: set it, and the relay ends after the batch in hand.
    """

    database_url: str
    hub: HubSettings
    keep_days: float
    metrics: RelayMetrics = field(default_factory=RelayMetrics)
    stop: threading.Event = field(default_factory=threading.Event)
    _looked_at: float = float("-inf")
    _purged_at: float = float("-inf")

    def run(self, on_ready: Callable[[bool], None] = lambda _: None) -> None:
        """Work until `stop`; `on_ready` hears once whether it leads or waits. It outlives every outage."""
        told = _once(on_ready)
        failures = 0
        while not self.stop.is_set():
            try:
                with connect(self.database_url) as connection:
                    failures = 0
                    self._with_database(OutboxStore(connection), told)
            except (EnvironmentFault, psycopg.Error) as fault:
                failures += 1
                _LOG.error("database_away", failures=failures, kind=type(fault).__name__)
                self.stop.wait(wait_seconds(failures, random.random))
            finally:
                self.metrics.active.set(0)

    def _with_database(self, store: OutboxStore, told: Callable[[bool], None]) -> None:
        """Until the connection breaks, or until `stop`."""
        while not store.takes_the_lead():
            told(False)
            self._look(store)
            if self.stop.wait(_WAITING_SECONDS):
                return
        _LOG.info("relay_leads")
        self.metrics.active.set(1)
        told(True)
        while not self.stop.is_set():
            with self._connected() as lanes:
                if lanes is not None:
                    self._with_hub(store, lanes)
            self._look(store)

    @contextmanager
    def _connected(self) -> Iterator[Lanes | None]:
        """Lanes into the hub; None, after a while, where it does not let us in."""
        with ExitStack() as stack:
            try:
                lanes = stack.enter_context(Lanes(self.hub))
            except HubError as fault:
                _LOG.error("hub_away", said=str(fault))
                self.stop.wait(_WAITING_SECONDS)
                yield None
                return
            yield lanes

    def _with_hub(self, store: OutboxStore, lanes: Lanes) -> None:
        """Move batches until `stop`."""
        relay = Relay(self.metrics)
        while not self.stop.is_set():
            self._look(store)
            self._purge(store)
            moved = relay.move(store, lanes)
            if moved.taken == 0 or moved.sent == 0:
                self.stop.wait(max(_IDLE_SECONDS, min(relay.idle_seconds(lanes), _LOOK_SECONDS)))

    def _look(self, store: OutboxStore) -> None:
        if time.monotonic() - self._looked_at >= _LOOK_SECONDS:
            self.metrics.look(store.state())
            self._looked_at = time.monotonic()

    def _purge(self, store: OutboxStore) -> None:
        if time.monotonic() - self._purged_at >= _PURGE_SECONDS:
            purged = store.purge(self.keep_days)
            self._purged_at = time.monotonic()
            if purged:
                _LOG.info("purged", events=purged)


def drain(database_url: str, hub: HubSettings, progress: Callable[[int], None] = lambda _: None) -> int:
    """Send what waits, then end; how many. Raises PlatformError where another relay leads, or the hub does not take all."""
    with connect(database_url) as connection, Lanes(hub) as lanes:
        store, relay, sent = OutboxStore(connection), Relay(RelayMetrics()), 0
        if not store.takes_the_lead():
            raise EnvironmentFault("another relay sends already: leave it to that one, or end it first")
        while (moved := relay.move(store, lanes)).taken:
            sent += moved.sent
            progress(moved.sent)
        waiting = store.state().waiting
    if waiting:
        raise HubError(f"{waiting} events wait for another try; {sent} are in the hub: try again in a minute")
    return sent


def _once(tell: Callable[[bool], None]) -> Callable[[bool], None]:
    """Tell the first time alone."""
    said = False

    def told(leads: bool) -> None:  # noqa: FBT001  what is told
        nonlocal said
        if not said:
            said = True
            tell(leads)

    return told
