"""The smallest programs of the documents do what they say."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from pyspark.sql import SparkSession

from orders_platform.contracts.judging import broken_rules, warnings
from orders_platform.emulators.eventhubs.config import default_config
from orders_platform.emulators.eventhubs.in_thread import server_in_thread
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform.hub.peek import peek
from orders_platform.settings import Settings
from orders_platform_tests.builders import a_cancellation, an_event, body
from orders_platform_tests.docs.markdown import ROOT
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.small_lake import a_right_lake

EXAMPLES = ROOT / "docs" / "examples"


def test_an_example_is_small() -> None:
    assert {path.name: lines for path in EXAMPLES.glob("*.py") if (lines := len(path.read_text().splitlines())) > 40} == {}


@pytest.mark.integration
def test_an_event_made_without_our_code_breaks_no_rule(tmp_path: Path) -> None:
    hub = default_config("orders", 4)
    with server_in_thread(ServerOptions(data=tmp_path / "hub", hubs=(hub,), key_name="Root", key="c29tZSBrZXk=")) as running:
        settings = running.server.client_settings()
        done = subprocess.run(
            [sys.executable, EXAMPLES / "produce_event.py"],
            env=os.environ | settings, capture_output=True, text=True, check=True,
        )  # fmt: skip
        [message] = peek(Settings.from_env(settings).need_hub(), None, count=1)

    assert message.key == done.stdout.strip()
    assert (broken_rules(message.body), warnings(message.body)) == ((), ())


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two orders and a cancellation of one day, where the examples look for a lake."""
    monkeypatch.setenv("ORDERS_LAKE", str(tmp_path / "lake"))
    return a_right_lake(tmp_path / "lake", [body(event) for event in (an_event("o1"), an_event("o2"), a_cancellation("C1"))])


def test_gold_is_read_without_spark(lake: Path) -> None:
    done = subprocess.run([sys.executable, EXAMPLES / "read_gold.py"], capture_output=True, text=True, check=True)

    assert done.stdout == "2019-02-01 2 orders, 10.00 GBP\n"


@pytest.mark.spark
def test_a_table_of_ones_own_is_the_same_when_it_is_made_twice(spark: SparkSession, lake: Path) -> None:
    for _ in range(2):
        runpy.run_path(str(EXAMPLES / "gold_table.py"))

    assert tables.rows(lake, "mine.sales_by_hour") == [{"hour": 10, "currency": "GBP", "orders": 2, "gross_minor": 2000}]


@pytest.mark.parametrize(("placed_at", "passed"), [("2019-02-02T10:00:00+00:00", True), ("2090-01-01T10:00:00+00:00", False)])
def test_a_check_of_ones_own_stands_on_the_asset_and_answers(lake: Path, placed_at: str, *, passed: bool) -> None:
    a_right_lake(lake, [body(an_event("o3", placed_at=placed_at))])
    example = runpy.run_path(str(EXAMPLES / "check.py"))

    answer = example["no_day_ahead"]()

    assert (answer.passed, answer.metadata["newest_day"].value) == (passed, placed_at[:10])
    loaded = [sys.executable, "-m", "dagster", "definitions", "validate", "-f", str(EXAMPLES / "check.py")]
    assert subprocess.run(loaded, capture_output=True, text=True, check=False).returncode == 0
    graph = example["defs"].resolve_asset_graph()
    assert dg.AssetCheckKey(dg.AssetKey(["gold", "daily_sales"]), "no_day_ahead") in graph.asset_check_keys
