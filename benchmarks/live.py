"""Continuous mode: from the hub's word that it has an order to the live gold tables showing it, at an even rate."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.figures import Figure, Section, median, percentile
from benchmarks.orders import History
from benchmarks.watching import Seen, Watch, latencies
from benchmarks.workplace import Workplace
from orders_platform.errors import EnvironmentFault
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Child, Children

_READY_SECONDS = 300.0
_LATE_SECONDS = 180.0
_LOOK_SECONDS = 0.2
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


@dataclass(frozen=True, slots=True)
class Contender:
    """A program that keeps gold at the hub's tail, and the tables in which an order must show."""

    name: str
    command: tuple[str, ...]
    tables: tuple[str, ...]


OURS = Contender("live", tuple(verb("pass", "--mode", "continuous", "--json")), ("daily_sales", "sales_by_minute"))
PLAIN = Contender("plain_live", (sys.executable, "-m", "benchmarks.plain_stream"), ("daily_sales",))


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds of orders after the warming, by percentile; of the last third alone, to see whether it stays so; of tables."""

    orders: int
    percentiles: dict[str, float]
    last_third: dict[str, float]
    tables: dict[str, float]


def measure(place: Workplace, feed: Feed, *, with_peer: bool) -> Section:
    """Over a lake that holds the dataset once; the peer is one plain stream."""
    ours = _run(place, OURS, feed)
    plain = _run(place, PLAIN, feed) if with_peer else None
    what = f"{feed.pace.rate:g} orders/s of ~12 lines, accepted to visible"
    peers = plain.percentiles if plain else {}
    figures = tuple(
        Figure(f"continuous_{name}_seconds", f"{what}, {name}", "s", ours.percentiles[name], peers.get(name)) for name in _SHARES
    )
    return Section("continuous", figures, {"ours": asdict(ours), "plain": plain and asdict(plain)})


def _run(place: Workplace, contender: Contender, feed: Feed) -> Result:
    root, base = place.root / contender.name, len(feed.history.dataset)
    with place.hub(contender.name) as hub, Children(root / "logs") as children:
        place.send(hub, feed.history.messages(0, 1), what=f"{base:,} order events", total=base)
        gold = [root / "lake" / "gold" / name for name in contender.tables]
        with Watch(gold) as watch:
            with place.step(f"{contender.name}: start, first pass"):
                worker = children.start("worker", contender.command)
                _until(lambda: watch.orders >= base, _READY_SECONDS, worker, "did not fill gold")
            accepted = _send(place, children, feed)
            total = base + accepted[-1][0]
            with place.step(f"{contender.name}: the last orders become visible"):
                _until(lambda: watch.orders >= total, _LATE_SECONDS, worker, f"did not show {total:,} orders")
    shifted = [(base + count, at) for count, at in accepted]
    seconds = latencies(shifted, watch.seen, first=base + int(feed.pace.rate * feed.pace.warming))
    return Result(len(seconds), _percentiles(seconds), _percentiles(seconds[-len(seconds) // 3 :]), _tables(worker))


def _send(place: Workplace, children: Children, feed: Feed) -> list[Seen]:
    """Send at the pace; what the hub accepted, and when."""
    pace, seconds = feed.pace, feed.pace.warming + feed.pace.seconds
    with place.step(f"{pace.rate:g} orders/s for {seconds:g} s, the first {pace.warming:g} s to warm", int(seconds)) as progress:
        sender = children.start(
            "sender", [sys.executable, "-m", "benchmarks.sender", str(feed.csv), f"{pace.rate}", f"{seconds}"]
        )
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


def _tables(worker: Child) -> dict[str, float]:
    """Median seconds of each table's part in a batch, as the worker told them."""
    told: defaultdict[str, list[float]] = defaultdict(list)
    for line in worker.log.with_suffix(".out").read_text().splitlines():
        if line.startswith("{"):
            report = json.loads(line)
            told[report["table"]].append(report["seconds"])
    return {table: round(median(seconds), 3) for table, seconds in told.items()}
