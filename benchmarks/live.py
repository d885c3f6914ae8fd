"""Continuous mode: from the hub's word that it has an order to the live gold tables showing it, at an even rate."""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.figures import Figure, Section, median, percentile
from benchmarks.orders import History
from benchmarks.running_up import running_up
from benchmarks.shown import shown_delays
from benchmarks.watching import Seen, Watch, latencies
from benchmarks.workplace import Workplace
from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse import ledger
from orders_platform.local.database import start_database
from orders_platform.local.home import Home
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Child, Children
from orders_platform.local.squad_process import start_squad
from orders_platform.settings import HubSettings

_READY_SECONDS = 300.0
_LATE_SECONDS = 180.0
_LOOK_SECONDS = 0.2
_API_RATE = 50.0
_SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}


@dataclass(frozen=True, slots=True)
class Pace:
    """How many orders a second, for how long, after how much warming."""

    rate: float
    seconds: float
    warming: float


@dataclass(frozen=True, slots=True)
class Feed:
    """What is in the hub at the start, what comes then, and how fast."""

    csv: Path
    history: History
    pace: Pace

    def at(self, rate: float) -> "Feed":
        """The same at another rate."""
        return replace(self, pace=replace(self.pace, rate=rate))


@dataclass(frozen=True, slots=True)
class Running:
    """Something that keeps the gold of `lake` at the tail of `hub`, until it ends."""

    hub: HubSettings
    lake: Path
    worker: Child


@dataclass(frozen=True, slots=True)
class Contender:
    """A program that does so, and the tables in which an order must show.

    Attributes:
        sender: the module that sends the orders; the one by the API needs the squad's service beside it.
    """

    name: str
    command: tuple[str, ...]
    tables: tuple[str, ...]
    sender: str = "benchmarks.sender"


OURS = Contender("live", tuple(verb("pass", "--mode", "continuous", "--json")), ("daily_sales", "sales_by_minute"))
BY_API = Contender("live_by_api", OURS.command, OURS.tables, "benchmarks.api_sender")
PLAIN = Contender("plain_live", (sys.executable, "-m", "benchmarks.plain_stream"), ("daily_sales",))


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds of orders after the warming, by percentile; of the last third alone, to see whether it stays so; of tables.

    Attributes:
        warm_at: when the warming was over, in seconds since 1970.
    """

    orders: int
    warm_at: float
    percentiles: dict[str, float]
    last_third: dict[str, float]
    tables: dict[str, float]


def measure(place: Workplace, feed: Feed, *, with_peer: bool) -> Section:
    """Over a lake that holds the dataset once: alone, beside one plain stream, and as a job that Dagster keeps and shows."""
    ours = _alone(place, OURS, feed)
    by_api = _alone(place, BY_API, feed.at(min(feed.pace.rate, _API_RATE)))
    plain = _alone(place, PLAIN, feed) if with_peer else None
    with running_up(place, "live_up", "continuous") as up:
        kept = _followed(place, Running(up.hub, up.home.lake, up.process), OURS, feed)
        view = shown_delays(up.pages, up.home.lake, OURS.tables, since=kept.warm_at)
    told = {
        "ours": asdict(ours),
        "by_api": asdict(by_api),
        "plain": plain and asdict(plain),
        "kept": asdict(kept),
        "view_p50": median(view),
    }
    return Section(
        "continuous", (*_latencies(feed, ours, plain), _from_the_api(feed, by_api), *_under_dagster(ours, kept, view)), told
    )


def _latencies(feed: Feed, ours: Result, plain: Result | None) -> Iterator[Figure]:
    what, peers = f"{feed.pace.rate:g} orders/s of ~12 lines, accepted to visible", plain.percentiles if plain else {}
    for name in _SHARES:
        yield Figure(f"continuous_{name}_seconds", f"{what}, {name}", "s", ours.percentiles[name], peers.get(name))


def _from_the_api(feed: Feed, by_api: Result) -> Figure:
    rate = min(feed.pace.rate, _API_RATE)
    what = f"{rate:g} orders/s by the squad's API, outbox and relay, accepted by the API to visible, p95"
    return Figure("continuous_by_api_p95_seconds", what, "s", by_api.percentiles["p95"])


def _under_dagster(ours: Result, kept: Result, view: Sequence[float]) -> Iterator[Figure]:
    for name in ("p50", "p95"):
        what = f"the same by Dagster's job, beside without Dagster, {name}"
        yield Figure(f"continuous_kept_{name}_seconds", what, "s", kept.percentiles[name], ours.percentiles[name])
    yield Figure("dagster_view_seconds", "a live table's batch: from its end to Dagster's page, worst", "s", max(view))


def _alone(place: Workplace, contender: Contender, feed: Feed) -> Result:
    """A program beside a hub, and nothing else."""
    root = place.root / contender.name
    with place.hub(contender.name) as hub, Children(root / "logs") as children:
        if contender is BY_API:
            start_squad(children, start_database(children, Home(root))())
        running = Running(hub, root / "lake", children.start("worker", contender.command))
        return _followed(place, running, contender, feed)


def _followed(place: Workplace, running: Running, contender: Contender, feed: Feed) -> Result:
    """Send the dataset, then orders at the pace, and see when gold shows each."""
    worker, base = running.worker, len(feed.history.dataset)
    place.send(running.hub, feed.history.messages(0, 1), what=f"{base:,} order events", total=base)
    with Watch([running.lake / "gold" / table for table in contender.tables]) as watch, Children(worker.log.parent) as children:
        with place.step("start, the dataset in gold"):
            _until(lambda: watch.orders >= base, _READY_SECONDS, worker, "did not fill gold")
        accepted, warm_at = _send(place, children, feed, contender.sender), time.time() - feed.pace.seconds
        total = base + accepted[-1][0]
        with place.step("the last orders become visible"):
            _until(lambda: watch.orders >= total, _LATE_SECONDS, worker, f"did not show {total:,} orders")
    shifted = [(base + count, at) for count, at in accepted]
    seconds = latencies(shifted, watch.seen, first=base + int(feed.pace.rate * feed.pace.warming))
    return Result(
        len(seconds), warm_at, _percentiles(seconds), _percentiles(seconds[-len(seconds) // 3 :]), _tables(running.lake)
    )


def _send(place: Workplace, children: Children, feed: Feed, module: str) -> list[Seen]:
    """Send at the pace; what the hub accepted, and when."""
    pace, seconds = feed.pace, feed.pace.warming + feed.pace.seconds
    with place.step(f"{pace.rate:g} orders/s for {seconds:g} s, the first {pace.warming:g} s to warm", int(seconds)) as progress:
        sender = children.start("sender", [sys.executable, "-m", module, str(feed.csv), f"{pace.rate}", f"{seconds}"])
        start = told = time.monotonic()
        while not sender.ended:
            time.sleep(_LOOK_SECONDS)
            if time.monotonic() - told >= 1:
                told += 1
                progress(1)
            if time.monotonic() - start > 2 * seconds + _LATE_SECONDS:
                raise sender.fault("is far behind its pace")
    lines = [line.split() for line in sender.log.with_suffix(".out").read_text().splitlines()]
    accepted = [(int(count), float(at)) for count, at in lines]
    if not accepted or accepted[-1][0] < int(pace.rate * seconds):
        raise sender.fault("ended before its last order")
    return accepted


def _until(holds: Callable[[], bool], deadline_seconds: float, worker: Child, otherwise: str) -> None:
    until = time.monotonic() + deadline_seconds
    while not holds():
        if worker.ended or time.monotonic() > until:
            raise EnvironmentFault(str(worker.fault(otherwise)))
        time.sleep(_LOOK_SECONDS)


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    return {name: percentile(seconds, share) for name, share in _SHARES.items()}


def _tables(lake: Path) -> dict[str, float]:
    """Median seconds of each table's part in a batch, as the ledger has them."""
    told: defaultdict[str, list[float]] = defaultdict(list)
    for report in ledger.read(str(lake)):
        told[report.table].append(report.seconds)
    return {table: round(median(seconds), 3) for table, seconds in told.items()}
