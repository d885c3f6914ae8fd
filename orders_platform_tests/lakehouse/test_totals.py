"""What a run tells of gold: each day's sums, whoever writes meanwhile, and without a trace of its own."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse.carry_out import carry_out
from orders_platform.lakehouse.day_totals import SUMS, DayTotals, Totals
from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.totals import totals
from orders_platform.lakehouse.turn import own_turn
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings
from orders_platform_tests.builders import a_cancellation, an_event, body
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.small_lake import a_right_lake

pytestmark = [pytest.mark.spark]
FIRST, SECOND, THIRD = date(2019, 2, 1), date(2019, 2, 2), date(2019, 2, 3)
COLUMNS = ("orders", "cancellations", "lines", "units", "gross_minor", "cancelled_minor", "net_minor")


def told(lake: Lake, first: date | None = FIRST, last: date | None = THIRD) -> Totals:
    """As a run of the job tells them."""
    work = Work("totals", pass_id="r", first_day=first, last_day=last)
    [only] = carry_out(work, lambda: lake.spark, Settings.from_env({"ORDERS_LAKE": lake.root}))
    assert isinstance(only, Totals)
    return only


def holds(lake: Lake, *rows: tuple[date, str, str, int]) -> Lake:
    """Let gold hold rows of (day, country, currency, factor): the figures are its multiples, so that a wrong sum shows."""
    lake.create([DAILY_SALES])
    whole = [(*key, *(factor * number for number in range(1, 1 + len(COLUMNS)))) for *key, factor in rows]
    lake.append(lake.spark.createDataFrame(whole, DAILY_SALES.ddl), DAILY_SALES, Note())
    return lake


def a_day(day: date, currency: str, factor: int) -> DayTotals:
    return DayTotals(day, currency, *(factor * (COLUMNS.index(name) + 1) for name in SUMS))


def test_countries_are_summed_and_days_and_currencies_kept_apart(lake: Lake) -> None:
    holds(
        lake, (FIRST, "Brazil", "GBP", 1), (FIRST, "Chile", "GBP", 10), (FIRST, "Chile", "EUR", 100), (SECOND, "Chile", "GBP", 7)
    )

    assert told(lake).days == (a_day(FIRST, "EUR", 100), a_day(FIRST, "GBP", 11), a_day(SECOND, "GBP", 7))


def test_both_ends_of_the_range_are_in_it_and_no_other_day(lake: Lake) -> None:
    holds(lake, *((day, "Brazil", "GBP", factor) for factor, day in enumerate((FIRST, SECOND, THIRD), start=1)))

    assert told(lake, FIRST, SECOND).days == (a_day(FIRST, "GBP", 1), a_day(SECOND, "GBP", 2))
    assert told(lake, THIRD, THIRD).days == (a_day(THIRD, "GBP", 3),)


def test_money_past_what_a_float_holds_is_told_to_the_penny(lake: Lake) -> None:
    holds(lake, (FIRST, "Brazil", "GBP", 2**58 + 1), (FIRST, "Chile", "GBP", 2))

    assert told(lake).days[0].net_minor == 7 * (2**58 + 3)


def test_totals_are_those_of_the_fold(spark: SparkSession, tmp_path: Path) -> None:
    events = [
        an_event("o1"),
        an_event("o1", version=2, status="paid"),
        an_event("o2", currency="EUR", country="Spain", lines=[("MUG", 650, 1), ("BAG", 100, 3)]),
        an_event("o3", country="Brazil", placed_at="2019-02-03T10:00:00Z"),
        a_cancellation("C1", cancels="o1", placed_at="2019-02-03T12:00:00Z"),
    ]
    path = a_right_lake(tmp_path / "right", map(body, events))
    expected: dict[tuple[date, str], list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for row in tables.rows(path, "gold.daily_sales"):
        key = row["order_date"], row["currency"]
        expected[key] = [total + row[name] for total, name in zip(expected[key], SUMS, strict=True)]

    found = {(day.day, day.currency): [getattr(day, name) for name in SUMS] for day in told(Lake(spark, str(path))).days}

    assert found == expected
    assert len(found) == 3


def test_a_lake_whose_turn_another_has_is_read_and_left_as_it_is(lake: Lake) -> None:
    holds(lake, (FIRST, "Brazil", "GBP", 1))
    before = tables.version(Path(lake.root), DAILY_SALES.key)

    with own_turn(lake):
        found = told(lake)

    assert found == Totals(before, (a_day(FIRST, "GBP", 1),))
    assert tables.version(Path(lake.root), DAILY_SALES.key) == before
    assert not list(Path(lake.root).glob("ops/ledger/*/*"))


def test_days_without_a_sale_are_not_told(lake: Lake) -> None:
    holds(lake, (FIRST, "Brazil", "GBP", 1))

    assert told(lake, SECOND, THIRD).days == ()


def test_a_lake_without_gold_is_told_in_a_sentence(lake: Lake) -> None:
    with pytest.raises(
        PassRefused, match=r"^gold\.daily_sales cannot be read: .*; if it was deleted, run a pass over all tables$"
    ):
        told(lake)


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, THIRD, "totals need first_day and last_day, like "),
        (FIRST, None, "totals need first_day and last_day, like "),
        (SECOND, FIRST, "first_day 2019-02-02 is after last_day 2019-02-01: give the earlier day first"),
    ],
)
def test_days_that_are_no_range_are_told_in_a_sentence(lake: Lake, first: date | None, last: date | None, said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        list(totals(lake, Work("totals", first_day=first, last_day=last)))
