"""Whatever the order in which messages come, and wherever a pass is killed: the promises hold after each pass that ends."""

import re
import zlib
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from pyspark.sql import SparkSession

from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.source import HubSource
from orders_platform_tests import invariants
from orders_platform_tests.builders import GENERATION, bronze_rows
from orders_platform_tests.properties.dying import DEATHS, Died, DyingLake
from orders_platform_tests.strategies import Publish, Step, interleavings
from orders_platform_tests.watching import Watcher

pytestmark = pytest.mark.spark
ZONE = "America/Sao_Paulo"
PARTITIONS = 2
# bronze is filled by the test itself: the hub has nothing more
SILENT_HUB = HubSource(generation=GENERATION, topic="orders", options={}, tails={})


class Platform:
    """A lake to which messages and passes happen."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.lake = Lake(spark, str(root), ZONE)
        self.root = root
        self.watcher = Watcher(root)
        self.ends = [0] * PARTITIONS
        self.passes = 0
        self.lake.create(TABLES)

    def publish(self, bodies: tuple[bytes | None, ...]) -> None:
        """Let bronze take the messages as one batch; all of an order stand in one partition, as its key demands."""
        rows = [
            row
            for at in range(PARTITIONS)
            for row in self._batch([body for body in bodies if partition_of(body) == at], partition=at)
        ]
        if rows:
            ends = {str(at): end for at, end in enumerate(self.ends)}
            frame = self.lake.spark.createDataFrame(rows, ORDER_EVENTS.ddl)
            newest = datetime.now(UTC).isoformat()
            self.lake.append(frame, ORDER_EVENTS, Note(positions={GENERATION: ends}, newest=newest))

    def run(self, dies: str | None = None) -> None:
        """A pass that ends, or dies on its way."""
        self.passes += 1
        lake = DyingLake(self.lake.spark, self.lake.root, ZONE, dies) if dies else self.lake
        for _ in run_pass(lake, SILENT_HUB, pass_id=f"p{self.passes:03}"):
            pass

    def violations(self) -> list[str]:
        """What is wrong now, after a pass that ended."""
        self.watcher.look()
        return [*invariants.check_all(self.root, ZoneInfo(ZONE)), *self.watcher.violations]

    def _batch(self, bodies: list[bytes | None], *, partition: int) -> list[dict[str, object]]:
        first = self.ends[partition]
        self.ends[partition] += len(bodies)
        return bronze_rows(bodies, first=first, partition=partition, batch=self.passes)


# each case takes half a minute
ONE_CASE = settings(
    max_examples=1,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
WHATEVER = interleavings(DEATHS, worlds=16, batches=2)


@given(steps=WHATEVER)
@ONE_CASE
def test_the_promises_hold_whatever_happens(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
) -> None:
    hold(Platform(spark, tmp_path_factory.mktemp("lake")), steps)


@pytest.mark.long
@given(steps=WHATEVER)
@settings(ONE_CASE, max_examples=10)
def test_they_hold_in_many_cases(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]) -> None:
    hold(Platform(spark, tmp_path_factory.mktemp("lake")), steps)


def hold(platform: Platform, steps: list[Step]) -> None:
    """The promises hold after each step, and another pass with nothing new changes nothing."""
    for step in steps:
        happen(platform, step)

    before = invariants.standing(platform.root)
    platform.run()
    assert invariants.i8_nothing_changed(before, invariants.standing(platform.root)) == []


def partition_of(body: bytes | None) -> int:
    """The partition of a message's key."""
    key = re.search(rb'"partitionkey":"([^"]*)"', body or b"")
    return zlib.crc32(key[1] if key else b"") % PARTITIONS


def happen(platform: Platform, step: Step) -> None:
    """Let a step happen; a pass that ends must leave no violation, one that dies no state that a reader should not see."""
    if isinstance(step, Publish):
        platform.publish(step.bodies)
        return
    note(f"pass {platform.passes + 1} {step.dies or 'ends'}")
    try:
        platform.run(step.dies)
    except Died:
        platform.watcher.look()
        assert platform.watcher.violations == []
    else:
        assert platform.violations() == []
