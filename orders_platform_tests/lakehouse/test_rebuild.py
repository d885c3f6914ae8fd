"""A range of days made again: what was damaged is right, the rest is left alone, and progress does not move."""

from datetime import date
from pathlib import Path

import pytest
from delta.tables import DeltaTable

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse import checking
from orders_platform.lakehouse.catalog import BY_KEY, REBUILDABLE
from orders_platform.lakehouse.gold.table import DAILY_SALES, SALES_BY_MINUTE
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.rebuild import rebuild
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.lakehouse.work import Work
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.invariants import check_all, i2_gold_is_the_fold, standing
from orders_platform_tests.lakehouse.filled import FIRST_DAY, SECOND_DAY, Filled, fill

pytestmark = [pytest.mark.spark, pytest.mark.faults]
DAMAGED = {"gold.daily_sales", "gold.sales_by_minute", "gold.product_sales", "gold.product_prices"}
EVENTS = ("bronze.order_events", "silver.order_events", "silver.quarantine")


@pytest.fixture
def lake(filled: Filled, tmp_path: Path) -> Lake:
    return filled.copy(tmp_path / "lake")


def rebuilt(lake: Lake, first: str, last: str, *tables: str) -> list[TableReport]:
    work = Work("rebuild", tables, "r", first_day=date.fromisoformat(first), last_day=date.fromisoformat(last))
    return list(rebuild(lake, work))


def table(lake: Lake, name: str) -> DeltaTable:
    return DeltaTable.forName(lake.spark, lake.name(BY_KEY[f"gold.{name}"]))


def damage(lake: Lake, day: str) -> None:
    """Lose a day of one table, double it in another, change it in the others."""
    table(lake, "daily_sales").delete(f"order_date = '{day}'")
    minutes = lake.read(SALES_BY_MINUTE).where(f"date(minute) = '{day}'")
    minutes.write.format("delta").mode("append").save(f"{lake.root}/gold/sales_by_minute")
    table(lake, "product_sales").update(f"order_date = '{day}'", {"net_minor": "1", "price_minor": "1"})
    table(lake, "product_prices").update(f"valid_from = '{day}'", {"unit_price_minor": "1", "valid_to": "NULL"})


def test_damaged_day_is_right_again_and_twice_is_the_same(lake: Lake) -> None:
    damage(lake, SECOND_DAY)
    damaged = i2_gold_is_the_fold(Path(lake.root))

    first = rebuilt(lake, SECOND_DAY, SECOND_DAY)
    once = {table: stand.digest for table, stand in standing(Path(lake.root)).items()}
    rebuilt(lake, SECOND_DAY, SECOND_DAY)

    assert {fault.split(" ")[0].rstrip(":,") for fault in damaged} == DAMAGED
    assert check_all(Path(lake.root)) == []
    assert {table: stand.digest for table, stand in standing(Path(lake.root)).items()} == once
    assert [(report.table, report.failed_checks) for report in first] == [(table, []) for table in REBUILDABLE]


@pytest.mark.long
def test_days_outside_of_the_range_are_left_as_they_are(lake: Lake) -> None:
    """Even wrong ones: nobody asked for them."""
    table(lake, "daily_sales").update(f"order_date = '{FIRST_DAY}'", {"orders": "77"})
    damage(lake, SECOND_DAY)

    rebuilt(lake, SECOND_DAY, SECOND_DAY)

    faults = i2_gold_is_the_fold(Path(lake.root))
    assert len(faults) == 1
    assert "gold.daily_sales" in faults[0]
    assert "77" in faults[0]


@pytest.mark.long
def test_rebuild_takes_what_the_table_is_made_from_and_moves_no_progress(lake: Lake, filled: Filled) -> None:
    """Silver is ahead by an order of the very day: gold does not know it before the next pass, and counts it then."""
    shop = filled.shop
    shop.publishes([("ahead", body(an_event("ahead")))])
    fill(lake, shop, *EVENTS)
    before = {key: lake.state(BY_KEY[key]).note for key in REBUILDABLE}

    reports = rebuilt(lake, FIRST_DAY, FIRST_DAY)

    orders = lake.read(DAILY_SALES).where(f"order_date = '{FIRST_DAY}'").first()
    assert {key: lake.state(BY_KEY[key]).note for key in REBUILDABLE} == before
    assert [report.positions_from == report.positions_to != {} for report in reports] == [True] * len(REBUILDABLE)
    assert [report.failed_checks for report in reports] == [[]] * len(REBUILDABLE)
    assert orders is not None
    assert orders.orders == 2
    fill(lake, shop)
    assert check_all(Path(lake.root)) == []


@pytest.mark.long
def test_day_of_minutes_is_the_shops(filled: Filled, tmp_path: Path) -> None:
    """Midnight to midnight in Kolkata is half past six to half past six in the evening, UTC."""
    late = f"{FIRST_DAY}T20:00:00+00:00"
    filled.shop.publishes([("night", body(an_event("night", placed_at=late)))])
    lake = Lake(filled.lake.spark, str(tmp_path / "kolkata"), "Asia/Kolkata")
    fill(lake, filled.shop)
    table(lake, "sales_by_minute").update("true", {"orders": "77"})

    rebuilt(lake, SECOND_DAY, SECOND_DAY, "gold.sales_by_minute")

    left = {row.hour for row in lake.read(SALES_BY_MINUTE).where("orders = 77").selectExpr("hour(minute) AS hour").collect()}
    assert left == {10}


@pytest.mark.parametrize(
    ("days", "tables", "said"),
    [
        ((None, None), (), "a rebuild needs first_day and last_day"),
        ((date(2019, 2, 1), None), (), "a rebuild needs first_day and last_day"),
        ((date(2019, 2, 2), date(2019, 2, 1)), (), "first_day 2019-02-02 is after last_day 2019-02-01"),
        ((date(2019, 2, 1), date.max), (), "2019-02-01 to 9999-12-31 is no range of days between 2000 and 2099"),
        ((date(2019, 2, 1), date(2019, 2, 1)), ("silver.orders", "gold.daily_sales"), "silver.orders cannot be rebuilt by days"),
    ],
)  # fmt: skip
def test_what_cannot_be_rebuilt_is_told_before_anything_starts(
    filled: Filled, days: tuple[date | None, date | None], tables: tuple[str, ...], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        rebuild(filled.lake, Work("rebuild", tables, first_day=days[0], last_day=days[1]))


@pytest.mark.long
def test_table_that_was_never_filled_is_left_to_a_pass(filled: Filled, tmp_path: Path) -> None:
    lake = Lake(filled.lake.spark, str(tmp_path / "empty"))
    fill(lake, filled.shop, *EVENTS)

    with pytest.raises(
        PassRefused, match=r"gold\.daily_sales is not made from the silver\.order_events that is here: run a pass"
    ):
        rebuilt(lake, FIRST_DAY, FIRST_DAY, "gold.daily_sales")


@pytest.mark.long
def test_prices_wait_for_the_products_that_they_are_made_from(lake: Lake, filled: Filled) -> None:
    filled.shop.publishes([("more", body(an_event("more")))])
    fill(lake, filled.shop, *EVENTS, "gold.product_sales")

    with pytest.raises(PassRefused, match=r"gold\.product_prices is not as far as gold\.product_sales"):
        rebuilt(lake, FIRST_DAY, FIRST_DAY)


def test_a_day_of_gold_that_differs_from_its_events_is_named(lake: Lake) -> None:
    """What one day has too much and another too little would stand even in their sum."""
    gold = table(lake, "daily_sales")
    well = {check.name: check for check in checking.after_events(lake, DAILY_SALES, "true")}
    gold.update(f"order_date = date'{FIRST_DAY}'", {"orders": "orders + 1"})
    gold.update(f"order_date = date'{SECOND_DAY}'", {"orders": "orders - 1"})
    ill = {check.name: check for check in checking.after_events(lake, DAILY_SALES, "true")}

    assert well["agrees_with_events"].passed
    broken = ill["agrees_with_events"]
    assert (broken.passed, broken.blocking, broken.metadata["days_differing"]) == (False, True, 2)
    assert [sentence[:10] for sentence in _sample(broken)] == [FIRST_DAY, SECOND_DAY]


def _sample(check: CheckResult) -> list[str]:
    told = check.metadata["sample"]
    assert isinstance(told, list)
    return told
