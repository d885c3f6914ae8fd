"""The backup as a contender, in one Spark with the passes: its writer, a pass beside the writer, and a rebuild out of it."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contender import Run, Told, cpu_seconds, passed
from orders_platform.lakehouse.backup.replay import OwnBackup, Replay
from orders_platform.lakehouse.backup.running import run_backup
from orders_platform.lakehouse.backup.store import FolderStore
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.source import HubSource, hub_source
from orders_platform.settings import HubSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

ALONE, BESIDE, WRITER, REBUILD = "pass_alone", "pass_beside_the_writer", "backup_writer", "rebuild"
# of all folders of lakes the one beside which the writer kept what a rebuild reads
KEPT = "kept"


def alone(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """A pass over the hub. Its tails are asked for before the clock runs: the writer needs them no less, a rebuild not at all."""
    source = hub_source(hub)
    return passed(Lake(spark, lake), lambda: source)


def beside(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """The same pass while the writer, in a session of its own as a job's run has it, keeps the same events."""
    source = hub_source(hub)
    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(_written, spark.newSession(), source, lake)
        told = passed(Lake(spark, lake), lambda: source)
        writer.result()
    return told


def write(spark: "SparkSession", hub: HubSettings, lake: str) -> Told:
    """The writer, with nothing beside it."""
    return _written(spark, hub_source(hub), lake)


def rebuild(spark: "SparkSession", _hub: HubSettings, lake: str) -> Told:
    """Bronze out of what the writer kept, then silver and gold by the same pass as ever."""
    store = FolderStore(_place(str(Path(lake).with_name(KEPT))))
    return passed(Lake(spark, lake), lambda: Replay(OwnBackup(store)))


def _written(spark: "SparkSession", source: HubSource, lake: str) -> Told:
    start, cpu = time.monotonic(), cpu_seconds()
    [report] = run_backup(Lake(spark, lake), FolderStore(_place(lake)), lambda: source, pass_id=uuid.uuid4().hex, stop=None)
    assert not report.failed_checks, report.failed_checks
    seconds = time.monotonic() - start
    return Told(seconds, cpu_seconds() - cpu, seconds, {report.table: report.seconds})


def _place(lake: str) -> str:
    return f"{lake}/backup"


BACKUP_RUNS: dict[str, Run] = {ALONE: alone, BESIDE: beside, WRITER: write, REBUILD: rebuild}
