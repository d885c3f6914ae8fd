"""The squad's side: the API under a load of orders, how far the relay is behind it, and how fast it works a backlog off."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.figures import Figure, Section, median
from benchmarks.publishing import BODY, plain
from benchmarks.workplace import Workplace
from orders_platform.local.database import ORDERS, Database, start_database
from orders_platform.local.home import Home
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Children
from orders_platform.local.squad_process import start_squad
from orders_platform.settings import HubSettings
from orders_platform.squad.database import connect
from orders_platform.squad.migrations import migrate
from orders_platform.squad.outbox.running import drain
from orders_platform.squad.outbox.store import OutboxStore

_LOOK_SECONDS: Final = 0.25
_BACKLOG: Final = b"""
insert into outbox (order_id, version, event_id, body)
select 'order-' || number, 1, gen_random_uuid(), %(body)s from generate_series(1, %(events)s) as number
"""


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many orders a second for how long, and how large a backlog, so many times."""

    rate: float = 200
    seconds: float = 60
    events: int = 30_000
    rounds: int = 3


def measure(place: Workplace, crowd: Crowd) -> Section:
    """Load, API, database, relay and hub share the cores."""
    report, behind = _loaded(place, crowd)
    drained, plainly = _drained(place, crowd)
    latency = report["calls"]["place"]["from_due_ms"]
    what = f"{crowd.rate:g} orders/s placed by the API for {crowd.seconds:g} s"
    figures = (
        Figure("api_place_p99_ms", f"{what}: time of a POST from its due time, p99", "ms", latency["p99"]),
        Figure("api_rate", f"{what}: accepted", "orders/s", report["achieved_rate"], more_is_better=True),
        Figure("relay_behind_seconds", f"{what}: the oldest event that waits for the relay, worst", "s", max(behind)),
        Figure(
            "relay_events_per_second", "the relay with a backlog, events of 1 kB, beside the SDK's plain loop", "events/s",
            median(drained), median(plainly), more_is_better=True,
        ),
    )  # fmt: skip
    return Section("squad", figures, {"load": report, "behind": behind, "drained": drained, "plain": plainly})


def _loaded(place: Workplace, crowd: Crowd) -> tuple[dict[str, Any], list[float]]:
    """What the load tool reports, and how long the oldest event waited, look by look."""
    home = Home(place.root / "squad")
    pace = ("--rate", f"{crowd.rate:g}", "--seconds", f"{crowd.seconds:g}")
    with place.hub("squad"), Children(home.logs) as children:
        database = start_database(children, home)()
        start_squad(children, database)
        with place.step(f"{crowd.rate:g} orders/s for {crowd.seconds:g} s"), _watched(database) as behind:
            load = children.start("load", verb("load", *pace, "--ledger", str(home.root / "ledger.jsonl"), "--json"))
            return json.loads(load.read_line(crowd.seconds * 3 + 60)), behind


@contextmanager
def _watched(database: Database) -> Iterator[list[float]]:
    """Seconds that the oldest event has waited, look by look, while the block lasts."""
    behind, over = [0.0], threading.Event()

    def look() -> None:
        with connect(database.url(ORDERS)) as connection:
            while not over.wait(_LOOK_SECONDS):
                behind.append(OutboxStore(connection).state().oldest_seconds)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield behind
    finally:
        over.set()
        watcher.join()


def _drained(place: Workplace, crowd: Crowd) -> tuple[list[float], list[float]]:
    """Events a second, of the relay and of the plain loop, by turns."""
    home, ours, peer = Home(place.root / "backlog"), [], []
    with place.hub("backlog") as hub, Children(home.logs) as children:
        url = start_database(children, home)().url(ORDERS)
        migrate(url)
        with place.step(f"a backlog of {crowd.events:,} events, {crowd.rounds} times each", crowd.rounds) as progress:
            for _ in range(crowd.rounds):
                ours.append(crowd.events / _backlog_drained(url, hub, crowd.events))
                peer.append(crowd.events / plain(hub, crowd.events))
                progress(1)
    return ours, peer


def _backlog_drained(url: str, hub: HubSettings, events: int) -> float:
    """Seconds from a full outbox to an empty one, connections included."""
    with connect(url, patient=True) as connection:
        connection.execute(b"truncate outbox")
        connection.execute(_BACKLOG, {"body": BODY, "events": events})
        connection.execute(b"vacuum analyze outbox")
    start = time.monotonic()
    drain(url, hub)
    return time.monotonic() - start
