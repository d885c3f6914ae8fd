"""A lake in whose quarantine messages wait, and what a test does to it: messages come, passes go, some are let back in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.quarantine.asked import Release, Selection
from orders_platform.lakehouse.quarantine.release import release
from orders_platform.lakehouse.report import Released
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform.lakehouse.source import HubSource
from orders_platform.lakehouse.work import Work
from orders_platform_tests import invariants
from orders_platform_tests.builders import GENERATION, an_event, body, bronze_rows, changed, with_data
from orders_platform_tests.lakehouse.filled import SECOND_DAY

NOON = f"{SECOND_DAY}T12:00:00+00:00"
BROKEN = (
    body(with_data(an_event("r1"), total_minor=1)),
    body(changed(with_data(an_event("r2"), total_minor=1), id="x")),
    # half of a surrogate pair, which no repair can write again
    body(with_data(an_event("r0"), total_minor=1)).replace(b"United Kingdom", rb"\ud800"),
    # the id of an order that stands, with another body
    body(an_event("o0", status="paid")),
    # a version that others have overtaken, and one that moves its order to another day
    body(with_data(an_event("r3"), total_minor=1)),
    body(with_data(an_event("o0", version=2, placed_at=NOON, occurred_at=NOON), total_minor=1)),
)
GOOD = body(an_event("r3", version=2))
TOTALS = Selection(("total_matches",))
EVERYTHING = Selection(tuple(rule.name for rule in RULES if rule.action == "quarantine"))


# bronze is filled by the tests themselves
SILENT_HUB = HubSource(generation=GENERATION, topic="orders", options={}, tails={})
SILVER = {QUARANTINE.key, ORDER_EVENTS.key}


def came(lake: Lake, *bodies: bytes | None, first: int = 0) -> None:
    """Messages in bronze, one behind another, and what silver makes of them; gold is left as it was."""
    before = lake.state(BRONZE).note
    rows = lake.spark.createDataFrame(bronze_rows(bodies, first=first), BRONZE.ddl)
    rows = rows.withColumn("ingested_at", F.current_timestamp())
    lake.append(rows, BRONZE, replace(before, positions={**before.positions, GENERATION: {"0": first + len(bodies)}}))
    passed(lake, SILVER)


def passed(lake: Lake, tables: set[str]) -> None:
    for _ in run_pass(lake, SILENT_HUB, pass_id="p", tables=tables):
        pass


def let_in(lake: Lake, selection: Selection, **how: Any) -> Released:
    asked = Release(selection, "because", **how)
    [told] = (
        each for each in release(lake, Work("release", pass_id="r", release=asked), patience=0) if isinstance(each, Released)
    )
    return told


def faults(lake: Lake) -> list[str]:
    return invariants.check_all(Path(lake.root))


def state_of(lake: Lake, number: int) -> tuple[tuple[str, ...], int, bool]:
    [row] = lake.read(QUARANTINE).where(f"generation = '{GENERATION}' AND sequence_number = {number}").collect()
    return tuple(row.reasons), row.attempt, row.released_at is not None
