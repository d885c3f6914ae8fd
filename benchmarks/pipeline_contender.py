"""The declarative pipeline as a contender: Spark is kept running for it, so that from the second run on it is warm."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.contender import Told, cpu_seconds
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.pipelines.local_run import run
from orders_platform.lakehouse.pipelines.results import empty_seconds
from orders_platform.lakehouse.pipelines.server import Address, connect_server
from orders_platform.settings import Settings

UPDATE, FULL = "pipeline", "pipeline_full"


@contextmanager
def opened(folder: str) -> Iterator[Callable[[str, str], Told]]:
    """What answers with a run; one server may hold the tables of a folder, so all runs are over the same."""
    with connect_server(Path(folder)) as address:
        yield lambda contender, lake: _told(Path(lake), address, full_refresh=contender == FULL)


def _told(folder: Path, address: Address, *, full_refresh: bool) -> Told:
    """A run; `live_seconds` are those in which a gold view stood empty."""
    start, cpu = time.monotonic(), cpu_seconds()
    done = run(folder, address, tails(Settings.load().need_hub()).generation, full_refresh=full_refresh)
    return Told(time.monotonic() - start, cpu_seconds() - cpu, empty_seconds(folder), done.flows)
