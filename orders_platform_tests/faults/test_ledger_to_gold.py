"""Whatever breaks on the squad's side while orders come in: what the API accepted is in gold, each order once (I1, I4)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.source import hub_source
from orders_platform.squad.load.ledger import Ledger, accepted_once
from orders_platform_tests import invariants
from orders_platform_tests.faults.squad_stage import Process, Stage, load, staged
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.faults, pytest.mark.long]
RATE, ORDERS = 40, 480


def api_killed(stage: Stage, api: Process, _relay: Process) -> None:
    for count in (60, 200):
        stage.wait_for("orders", count)
        api.kill()
        api.start()


def database_killed(stage: Stage, _api: Process, _relay: Process) -> None:
    stage.wait_for("orders", 150)
    stage.kill_database()
    stage.start_database()


def relay_killed(stage: Stage, _api: Process, relay: Process) -> None:
    _killed(stage, relay, range(50, ORDERS, 50))


def relay_killed_50_times(stage: Stage, _api: Process, relay: Process) -> None:
    _killed(stage, relay, range(200, 10_200, 200))


def _killed(stage: Stage, relay: Process, counts: range) -> None:
    for count in counts:
        stage.wait_for("sent", count)
        relay.kill()
        relay.start()


def two_relays(stage: Stage, _api: Process, relay: Process) -> None:
    second = stage.start("relay", "--json")
    for count, one in ((100, relay), (200, second)):
        stage.wait_for("sent", count)
        one.kill()
        one.start()


def hub_away(stage: Stage, _api: Process, _relay: Process) -> None:
    stage.wait_for("orders", 100)
    stage.stop_hub()
    stage.wait_for("orders", 250)
    stage.start_hub()


def partition_throttled(stage: Stage, _api: Process, _relay: Process) -> None:
    assert stage.server is not None
    stage.wait_for("orders", 50)
    stage.server.call(lambda server: server.faults.throttle(3600, server.hubs["orders"].partition("0")))
    stage.wait_for("sent", 250)
    stage.server.call(lambda server: server.faults.clear())


FAULTS = [
    pytest.param(relay_killed, RATE, ORDERS, id="the relay is killed again and again"),
    pytest.param(relay_killed_50_times, 150, 10_000, id="the relay is killed 50 times in 10,000 orders"),
    pytest.param(api_killed, RATE, ORDERS, id="the API is killed"),
    pytest.param(database_killed, RATE, ORDERS, id="the database is killed"),
    pytest.param(two_relays, RATE, ORDERS, id="two relays, killed by turns"),
    pytest.param(hub_away, RATE, ORDERS, id="the hub is away"),
    pytest.param(partition_throttled, RATE, ORDERS, id="a partition is throttled"),
]


@pytest.mark.parametrize(("fault", "rate", "orders"), FAULTS)
def test_all_that_was_accepted_is_in_gold_once(
    spark: SparkSession, tmp_path: Path, seed: int, *, fault: Callable[[Stage, Process, Process], None], rate: int, orders: int
) -> None:
    with staged(tmp_path) as stage:
        api, relay = stage.start("api", "serve", "--port", str(stage.api_port)), stage.start("relay", "--json")
        with load(stage, stage.api_url, rate=rate, seconds=orders // rate, seed=seed) as told:
            fault(stage, api, relay)
        stage.wait_for_the_relay()
        lake = tmp_path / "lake"
        list(run_pass(Lake(spark, str(lake)), hub_source(stage.hub), pass_id="after"))

        [ledger] = told
        assert len(ledger.expected()) >= orders // rate * rate
        assert accepted_once(ledger, rows(lake, "silver.orders")).faults(only_caller=True) == []
        assert money(lake) == expected_money(ledger)
        assert invariants.check_all(lake) == []
        assert invariants.incomplete_orders(lake) == {}


def money(lake: Path) -> dict[tuple[Any, str], tuple[int, int, int, int]]:
    """Orders, cancellations, gross and cancelled by day and currency, as gold has them."""
    days: dict[tuple[Any, str], tuple[int, int, int, int]] = {}
    for row in rows(lake, "gold.daily_sales"):
        key = row["order_date"], row["currency"]
        had = days.get(key, (0, 0, 0, 0))
        new = row["orders"], row["cancellations"], row["gross_minor"], row["cancelled_minor"]
        days[key] = (had[0] + new[0], had[1] + new[1], had[2] + new[2], had[3] + new[3])
    return days


def expected_money(ledger: Ledger) -> dict[tuple[Any, str], tuple[int, int, int, int]]:
    """The same out of what the API answered."""
    totals = ledger.totals().items()
    return {key: (day.orders, day.cancellations, day.gross_minor, day.cancelled_minor) for key, day in totals}
