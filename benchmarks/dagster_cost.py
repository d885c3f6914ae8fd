"""What Dagster adds to a pass, from the request to launch it to its end; and how long its pages take to answer.

The pass itself does nothing. Ours is measured beside Dagster with no setting made: its records in SQLite, its queue looked at
every five seconds, a process for each run and another one for each step.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Final

from benchmarks.figures import Figure, Section, median
from benchmarks.idle import BY_DEFAULT
from benchmarks.workplace import Workplace
from orders_platform.errors import EnvironmentFault
from orders_platform.local.dagster_home import prepare
from orders_platform.local.dagster_ui import DagsterUI
from orders_platform.local.database import Database, running_database
from orders_platform.local.home import Home
from orders_platform.local.processes import Children, free_port
from orders_platform.orchestration.jobs import JOB_NAME
from orders_platform.settings import pass_on

_READY_SECONDS: Final = 180.0
_RUN_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.05
_END = "query($id: ID!) { runOrError(runId: $id) { ... on Run { endTime } } }"


@dataclass(frozen=True, slots=True)
class Contender:
    """A way to set Dagster up."""

    name: str
    settle: Callable[[Home, Database], None]
    job: str


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds until the pages answered; of the first run, which warms what is kept warm; of those after it."""

    ready: float
    first: float
    runs: list[float]


def measure(place: Workplace, runs: int) -> Section:
    """Run each contender in a home of its own, one after the other."""
    results = {each.name: _measured(place, each, runs) for each in (OURS, STOCK_LAUNCHER, DEFAULTS)}
    ours, stock, peer = (results[each.name] for each in (OURS, STOCK_LAUNCHER, DEFAULTS))
    usual = median(peer.runs)
    figures = (
        Figure("dagster_cost_seconds", "Dagster around a pass, launch to end", "s", median(ours.runs), usual),
        Figure("dagster_first_cost_seconds", "the same, first pass after the start", "s", ours.first, peer.first),
        Figure("dagster_stock_launcher_seconds", "the same, Dagster's own launcher", "s", median(stock.runs), usual),
        Figure("dagster_ready_seconds", "`dagster dev`, start to pages that answer", "s", ours.ready, peer.ready),
    )
    return Section("dagster", figures, {name: asdict(result) for name, result in results.items()})


def _measured(place: Workplace, contender: Contender, runs: int) -> Result:
    home = Home(place.root / f"dagster_{contender.name}")
    with running_database(home) as database:
        contender.settle(home, database)
        with place.step(f"Dagster, {contender.name}: start, {runs + 1} runs"), _pages(home) as (pages, ready):
            first, *others = (_cost(pages, contender.job) for _ in range(runs + 1))
    return Result(ready, first, others)


@contextmanager
def _pages(home: Home) -> Iterator[tuple[DagsterUI, float]]:
    """Dagster's development server, and the seconds until it answered."""
    pass_on({"DAGSTER_HOME": str(home.dagster)})
    pages, start = DagsterUI(port := free_port()), time.monotonic()
    words = ("-m", "benchmarks.idle", "-h", "127.0.0.1", "-p", str(port))
    with Children(home.logs) as children:
        server = children.start("dagster", [sys.executable, "-m", "dagster", "dev", *words])
        while pages.location() is None:
            if server.ended or time.monotonic() - start > _READY_SECONDS:
                raise server.fault("did not start")
            time.sleep(_LOOK_SECONDS)
        yield pages, time.monotonic() - start


def _cost(pages: DagsterUI, job: str) -> float:
    """Seconds from the request to what Dagster notes as the run's end."""
    start = time.time()
    run_id = pages.launch(job)
    status = pages.wait(run_id, _RUN_SECONDS)
    if status != "SUCCESS":
        raise EnvironmentFault(f"a pass that does nothing ended as {status}")
    return float(pages.ask(_END, id=run_id)["runOrError"]["endTime"]) - start


def _by_default(home: Home, _database: Database) -> None:
    """Nothing set, but that nothing is sent to Dagster's makers."""
    home.dagster.mkdir(parents=True)
    (home.dagster / "dagster.yaml").write_text("telemetry: {enabled: false}\n")


def _without_our_launcher(home: Home, database: Database) -> None:
    prepare(home.dagster, database)
    file = home.dagster / "dagster.yaml"
    settings, lines = re.subn(r"(?m)^run_launcher:.*\n", "", file.read_text())
    assert lines == 1
    file.write_text(settings)


OURS: Final = Contender("ours", lambda home, database: prepare(home.dagster, database), JOB_NAME)
STOCK_LAUNCHER: Final = Contender("stock_launcher", _without_our_launcher, JOB_NAME)
DEFAULTS: Final = Contender("defaults", _by_default, BY_DEFAULT)
