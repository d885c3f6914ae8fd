"""Keeps a relay running: over a database and a hub that may go away and come back, until it is asked to end."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg
import structlog

from orders_platform.errors import EnvironmentFault, HubError
from orders_platform.hub.lanes import Lanes, reason_of
from orders_platform.settings import HubSettings
from orders_platform.squad.database import serving, unreachable
from orders_platform.squad.outbox.metrics import RelayMetrics
from orders_platform.squad.outbox.outage import Outage
from orders_platform.squad.outbox.relay import Relay
from orders_platform.squad.outbox.store import BATCH, OutboxStore, session
from orders_platform.squad.outbox.upkeep import Upkeep

ACTIVE, WAITING = "active", "waiting"
_IDLE_SECONDS = 0.1
_WAITING_SECONDS = 1.0
_LOG = structlog.get_logger("orders.relay")


@dataclass(slots=True)
class RelayService:
    """A relay with all that it needs to go on by itself.

    Attributes:
        keep_days: how long published events are kept, to be sent again.
        stop: set it, and the relay ends after the batch in hand.
    """

    database_url: str = field(repr=False)
    hub: HubSettings
    keep_days: float
    metrics: RelayMetrics = field(default_factory=RelayMetrics)
    stop: threading.Event = field(default_factory=threading.Event)
    _upkeep: Upkeep = field(init=False)
    _database_outage: Outage = field(default_factory=lambda: Outage("database"))
    _hub_outage: Outage = field(default_factory=lambda: Outage("hub"))

    def __post_init__(self) -> None:
        """Look and purge at once."""
        self._upkeep = Upkeep(self.metrics, self.keep_days)

    def run(self, on_ready: Callable[[str], None] = lambda _: None) -> None:
        """Work until `stop`; `on_ready` hears once whether it is ACTIVE or WAITING. It outlives every outage."""
        tell = _Once(on_ready)
        while not self.stop.is_set():
            try:
                with session(self.database_url) as connection:
                    self._with_database(OutboxStore(connection), tell)
            except (EnvironmentFault, psycopg.Error) as fault:
                # a fault of ours as well: the events stay where they are, and the log tells of it
                self.stop.wait(self._database_outage.met(unreachable(fault) if isinstance(fault, psycopg.Error) else str(fault)))
            finally:
                self.metrics.active.set(0)

    def _with_database(self, store: OutboxStore, tell: "_Once") -> None:
        """Until the connection breaks, or until `stop`."""
        while not store.takes_the_lead():
            tell(WAITING)
            self._look(store)
            self._database_outage.over()
            if self.stop.wait(_WAITING_SECONDS):
                return
        _LOG.info("relay_leads")
        self.metrics.active.set(1)
        tell(ACTIVE)
        # kept when the hub is connected anew: it knows how long which partition is to be left alone
        relay = Relay(self.metrics)
        while not self.stop.is_set():
            self._with_hub(store, relay)

    def _with_hub(self, store: OutboxStore, relay: Relay) -> None:
        """Until the connection is worth nothing any more, or until `stop`."""
        try:
            with Lanes(self.hub) as lanes:
                self._hub_outage.over()
                self._move_all(store, relay, lanes)
        except HubError as fault:
            self.metrics.failures.labels(str(reason_of(fault))).inc()
            seconds = self._hub_outage.met(str(fault))
            while seconds > 0 and not self.stop.wait(min(seconds, _WAITING_SECONDS)):
                seconds -= _WAITING_SECONDS
                self._look(store)

    def _move_all(self, store: OutboxStore, relay: Relay, lanes: Lanes) -> None:
        while not self.stop.is_set():
            self._look(store)
            self._upkeep.purge(store)
            if (closed := relay.all_closed_for(lanes)) > 0:
                self.stop.wait(min(closed, _WAITING_SECONDS))
                continue
            moved = relay.move(store, lanes)
            # not before: a database that takes no mark makes us send twice, and must not be asked at once again
            self._database_outage.over()
            if moved.is_doubtful or lanes.is_silent:
                return
            if moved.taken < BATCH:
                self.stop.wait(_IDLE_SECONDS)

    def _look(self, store: OutboxStore) -> None:
        self.metrics.heartbeat.set_to_current_time()
        self._upkeep.look(store)


def drain(database_url: str, hub: HubSettings, progress: Callable[[int], None] = lambda _: None) -> int:
    """Send what waits, then end; how many.

    Raises EnvironmentFault where another relay leads or the database does not serve, HubError where the hub does not take all.
    """
    relay, sent = Relay(RelayMetrics()), 0
    with serving(), session(database_url) as connection, Lanes(hub) as lanes:
        store = OutboxStore(connection)
        if not store.takes_the_lead():
            raise EnvironmentFault("another relay sends already: leave it to that one, or end it first")
        while (moved := relay.move(store, lanes)).taken:
            sent += moved.sent
            progress(moved.sent)
        waiting = store.state().waiting
    if waiting:
        raise HubError(f"{waiting} events wait for another try; {sent} are in the hub: try again in a minute")
    return sent


class _Once:
    """Tells the first time alone."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell: Callable[[str], None] | None = tell

    def __call__(self, what: str) -> None:
        if self._tell is not None:
            tell, self._tell = self._tell, None
            tell(what)
