"""The pipeline's queries make the rows of the plain fold, as a pass does: gold, orders, and what is set aside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyspark.sql import SparkSession

from orders_platform_tests.builders import a_cancellation, an_event, body, bronze_rows
from orders_platform_tests.lakehouse.filled import second_day
from orders_platform_tests.lakehouse.pipelines.graph import HUB, load
from orders_platform_tests.lakehouse.pipelines.parity import KEYS, disparities
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.oracle.facts import Row
from orders_platform_tests.oracle.fold import fold
from orders_platform_tests.oracle.gold import gold_tables
from orders_platform_tests.oracle.silver import order_rows, quarantine_rows
from orders_platform_tests.poison import poison_corpus
from orders_platform_tests.small_lake import write

pytestmark = pytest.mark.spark


def messages() -> Iterator[bytes | None]:
    """Sales, changes out of order, a repetition, another body under a known id, a cancellation, and every kind of bad message."""
    yield body(an_event("o1"))
    yield body(an_event("o2", version=3, status="shipped"))
    yield body(an_event("o2", version=2, status="paid"))
    yield body(an_event("o1"))
    yield body(an_event("o1", country="Portugal"))
    yield body(an_event("o1", status="lost"))
    yield body(a_cancellation("C0"))
    yield from (body(event) for event in second_day())
    yield from (poison.body for poison in poison_corpus())


def test_the_queries_make_the_rows_of_the_fold(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "bronze.order_events", bronze_rows(messages()))
    silver = fold(tables.messages(tmp_path), ZoneInfo("UTC"))
    right = {"silver.orders": order_rows(silver), "silver.quarantine": quarantine_rows(silver), **gold_tables(silver.orders)}

    made = _made(spark, tmp_path, monkeypatch)

    assert disparities(right.__getitem__, made.__getitem__) == []
    assert made["gold.daily_sales"]
    assert any(row["reasons"] == ["same_id_same_body"] for row in made["silver.quarantine"])


def _made(spark: SparkSession, lake: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Row]]:
    """What the pipeline's queries make of the lake's bronze."""
    for name, value in HUB.items():
        monkeypatch.setenv(name, value)
    graph, module = load()
    monkeypatch.setattr(module, "stream", module.table)
    spark.read.format("delta").load(f"{lake}/bronze/order_events").createOrReplaceTempView("bronze_order_events")
    frames: dict[str, Any] = {}
    for name, flow in graph.flows.items():
        if flow.target != "bronze_order_events":
            frames[name] = flow.func()
            frames[name].persist().createOrReplaceTempView(name)
    rows = {table: frames[table.replace(".", "_")].toArrow().to_pylist() for table in KEYS}
    spark.catalog.clearCache()
    return rows
