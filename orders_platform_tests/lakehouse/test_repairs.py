"""What people do to a lake between passes: fill one table alone, restore another, change a setting, lose the hub's tail."""

from dataclasses import replace
from pathlib import Path

import pytest

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.gold.table import PRODUCT_PRICES, PRODUCT_SALES
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, ORDERS, QUARANTINE
from orders_platform.lakehouse.table import Table
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.lakehouse.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.faults]

BEFORE_GOLD = {"bronze.order_events", ORDER_EVENTS.key, QUARANTINE.key}


def fill(lake: Lake, shop: Shop, *tables: Table | str) -> None:
    """A pass over some tables; none named: all."""
    keys = {table if isinstance(table, str) else table.key for table in tables}
    for report in run_pass(lake, shop.source, pass_id="p", tables=keys or None):
        assert [check.name for check in report.checks if check.blocking and not check.passed] == []


@pytest.mark.long
def test_price_filled_before_its_product_sales_comes_with_the_next_pass(lake: Lake, shop: Shop) -> None:
    shop.sells(2)
    fill(lake, shop, *BEFORE_GOLD)

    fill(lake, shop, PRODUCT_PRICES)
    early = lake.read(PRODUCT_PRICES).count()
    fill(lake, shop, PRODUCT_SALES, PRODUCT_PRICES)

    assert early == 0
    assert lake.read(PRODUCT_PRICES).count() == lake.read(PRODUCT_SALES).select("product_no").distinct().count() > 0


@pytest.mark.long
def test_each_order_stands_once_after_silver_was_restored(lake: Lake, shop: Shop) -> None:
    shop.sells(2)
    fill(lake, shop, *BEFORE_GOLD, ORDERS)
    before = lake.state(ORDER_EVENTS).version
    shop.publishes([("late", body(an_event("late"))), ("o0", body(an_event("o0", version=2)))])
    fill(lake, shop, *BEFORE_GOLD, ORDERS)

    lake.spark.sql(f"RESTORE TABLE {lake.name(ORDER_EVENTS)} TO VERSION AS OF {before}").collect()
    fill(lake, shop, *BEFORE_GOLD, ORDERS)

    rows = lake.read(ORDERS).select("order_id", "order_version", "versions_seen").collect()
    assert sorted(map(tuple, rows)) == [("late", 1, 1), ("o0", 2, 2), ("o1", 1, 1)]


def test_pass_is_refused_when_the_hub_ends_before_bronze(lake: Lake, shop: Shop) -> None:
    shop.sells(5)
    fill(lake, shop, "bronze.order_events")
    cut = replace(shop.source, tails=dict.fromkeys(shop.source.tails, 0))

    with pytest.raises(PassRefused, match=r"the hub ends at 0, but bronze holds up to \d"):
        list(run_pass(lake, cut, pass_id="p", tables={"bronze.order_events"}))


@pytest.mark.long
def test_days_of_two_time_zones_are_never_mixed(lake: Lake, shop: Shop) -> None:
    shop.sells(1)
    fill(lake, shop, *BEFORE_GOLD)
    shop.sells(1)

    with pytest.raises(PassRefused, match=r"worked out in UTC, and ORDERS_TIMEZONE now is America/Sao_Paulo"):
        fill(replace(lake, zone="America/Sao_Paulo"), shop, *BEFORE_GOLD)


@pytest.mark.long
def test_events_whose_sums_would_overflow_are_set_aside(lake: Lake, shop: Shop) -> None:
    huge = [("MUG", 0, 9 * 10**18), ("BAG", 0, 9 * 10**18)]
    shop.publishes([("bad", body(an_event("bad", lines=huge))), ("good", body(an_event("good")))])

    fill(lake, shop)

    assert [row.reasons for row in lake.read(QUARANTINE).collect()] == [["amounts_within_limits"]]
    assert lake.read(ORDERS).count() == 1


def test_a_table_whose_creation_was_cut_off_is_made_by_the_next_pass(lake: Lake, shop: Shop) -> None:
    """By a kill, or a full disk: Delta has made its folders, but not the first commit."""
    log = Path(lake.root, "bronze", "order_events", "_delta_log")
    (log / "_staged_commits").mkdir(parents=True)
    (log / ".00000000000000000000.json.1.tmp").touch()
    shop.sells(1)

    fill(lake, shop, "bronze.order_events")

    assert lake.row_count(BY_KEY["bronze.order_events"]) == 1
