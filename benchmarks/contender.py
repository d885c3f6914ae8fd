"""The process that a contender runs in: `python -m benchmarks.contender`. Each line of its input asks for one pass.

A line is JSON, `{"contender": NAME, "lake": FOLDER}`; the answer is one line of JSON with the seconds of the pass and of its
tables. It ends when its input ends.
"""

import itertools
import json
import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import psutil

from orders_platform.settings import HubSettings, Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from orders_platform.lakehouse.lake import Lake
    from orders_platform.lakehouse.roads import Source

LIVE = frozenset({"gold.daily_sales", "gold.sales_by_minute"})


@dataclass(frozen=True, slots=True)
class Told:
    """A pass as measured.

    Attributes:
        cpu_seconds: of Python and the JVM together; other work on the machine blurs it less than it does seconds.
        live_seconds: until the live tables stood.
        tables: seconds of each table, or stage, by name; tables filled side by side overlap.
    """

    seconds: float
    cpu_seconds: float
    live_seconds: float
    tables: dict[str, float]


Run = Callable[["SparkSession", HubSettings, str], Told]


def ours(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """The project's pass over all its tables, from asking the hub for its tails on."""
    from orders_platform.lakehouse.lake import Lake
    from orders_platform.lakehouse.source import hub_source

    return passed(Lake(spark, lake), lambda: hub_source(hub))


def unchecked(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """The same without the checks that cost a query."""
    from orders_platform.lakehouse.lake import Lake
    from orders_platform.lakehouse.source import hub_source

    return passed(Lake(spark, lake), lambda: hub_source(hub), thorough=False)


def passed(lake: "Lake", source: Callable[[], "Source"], *, thorough: bool = True) -> Told:
    """A pass by the road that `source` gives, checks included. Every check must pass: a wrong result has no speed."""
    from orders_platform.lakehouse.passes import run_pass

    start, cpu, live = time.monotonic(), cpu_seconds(), 0.0
    tables = {}
    for report in run_pass(lake, source(), pass_id=uuid.uuid4().hex, thorough=thorough):
        failed = [check.name for check in report.checks if not check.passed and not check.warn_only]
        assert not failed, f"{report.table}: {failed}"
        tables[report.table] = report.seconds
        if report.table in LIVE:
            live = time.monotonic() - start
    return Told(time.monotonic() - start, cpu_seconds() - cpu, live, tables)


def plain(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """The peer's."""
    return _plain(spark, hub, lake, gold_by_day=True)


def plain_flat(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """The peer's, had its author left gold unpartitioned."""
    return _plain(spark, hub, lake, gold_by_day=False)


def _plain(spark: "SparkSession", hub: HubSettings, lake: str, *, gold_by_day: bool) -> Told:
    from benchmarks.plain_chain import PlainChain
    from orders_platform.hub.spark_options import kafka_options

    start, cpu = time.monotonic(), cpu_seconds()
    tables = PlainChain(spark, lake, kafka_options(hub), gold_by_day=gold_by_day).run()
    seconds = time.monotonic() - start
    return Told(seconds, cpu_seconds() - cpu, seconds, tables)


def cpu_seconds() -> float:
    """Of this process and its children."""
    me = psutil.Process()
    times = [process.cpu_times() for process in (me, *me.children(recursive=True))]
    return sum(each.user + each.system for each in times)


CONTENDERS: dict[str, Run] = {"ours": ours, "unchecked": unchecked, "plain": plain, "plain_flat": plain_flat}


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # what libraries and the JVM print must not mix with the answers
    os.dup2(2, 1)
    asked: Iterator[dict[str, str]] = map(json.loads, sys.stdin)
    first = next(asked, None)
    if first is None:
        return
    with _opened(first) as answer:
        for one in itertools.chain([first], asked):
            print(json.dumps(asdict(answer(one["contender"], one["lake"]))), file=answers)


@contextmanager
def _opened(first: dict[str, str]) -> Iterator[Callable[[str, str], Told]]:
    """What the first of its runs needs, kept for all."""
    if first["contender"].startswith("pipeline"):
        from benchmarks.pipeline_contender import opened

        with opened(first["lake"]) as answer:
            yield answer
        return
    from benchmarks.backup_contender import BACKUP_RUNS
    from orders_platform.lakehouse.session import local_session

    spark, hub, runs = local_session(), Settings.load().need_hub(), CONTENDERS | BACKUP_RUNS
    yield lambda contender, lake: runs[contender](spark, hub, lake)


if __name__ == "__main__":
    main()
