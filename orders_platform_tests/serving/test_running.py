"""How the platform runs, as the ledger tells it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import CheckResult
from orders_platform.serving.running import freshness, lag, newest_checks
from orders_platform.settings import Settings
from orders_platform_tests.serving.shop import NOW, a_pass, ago, source, tell

TRADING = Settings.from_env({}).trading
# NOW is a Thursday at half past twelve
TUESDAY = NOW - timedelta(days=2)


def test_lag_is_that_of_the_last_hours_passes_that_had_something_to_do() -> None:
    """A pass without news tells only how long nothing was ordered, and another table's is not gold's."""
    passes = [a_pass(ago(minute), lag=float(minute)) for minute in range(1, 41)]
    others = [a_pass(ago(5), lag=900.0, rows_in=0), a_pass(ago(61), lag=900.0), a_pass(ago(3), lag=900.0, table="silver.orders")]

    found = lag([*passes, *others], NOW)

    assert (found.passes, found.p50, found.p95, found.p99) == (40, 20.0, 38.0, 40.0)
    assert found.newest_at == ago(1) - timedelta(seconds=1)


def test_without_passes_there_is_no_lag() -> None:
    found = lag([], NOW)

    assert (found.newest_at, found.passes, found.p50) == (None, 0, None)


def test_every_table_is_told_of_and_its_last_known_rows() -> None:
    told = [a_pass(ago(9), lag=1.0, row_count=7), a_pass(ago(2), lag=3.0, row_count=None)]

    found = {each.table: each for each in freshness(told, NOW, TRADING)}

    assert list(found) == [table.key for table in TABLES]
    daily = found["gold.daily_sales"]
    assert (daily.rows, daily.filled_at, daily.newest_at) == (7, ago(2), ago(2) - timedelta(seconds=3))
    assert found["silver.orders"].filled_at is None


@pytest.mark.parametrize(
    ("now", "minutes", "is_late"),
    [(NOW, 59, False), (NOW, 61, True), (TUESDAY, 61, False), (NOW.replace(hour=8, minute=30), 61, False), (NOW, None, True)],
    ids=["in time", "late", "a day off", "just opened", "never"],
)
def test_a_table_is_late_while_the_shop_sells_alone(now: datetime, minutes: int | None, *, is_late: bool) -> None:
    told = [] if minutes is None else [a_pass(ago(minutes, now), lag=1.0)]

    found = {each.table: each.is_late for each in freshness(told, now, TRADING)}

    assert found["gold.daily_sales"] is is_late


def test_the_newest_result_of_a_check_counts_and_what_failed_comes_first() -> None:
    fine, broken = CheckResult("key_unique", passed=True), CheckResult("key_unique", passed=False)
    warning = CheckResult("a_warning", passed=False, warn_only=True)
    told = [a_pass(ago(9), lag=1, checks=(broken, warning)), a_pass(ago(3), lag=1, checks=(fine,))]
    told.append(a_pass(ago(2), lag=1, table="gold.cancellations", checks=(broken,)))

    found = [(each.table, each.check.name, each.check.passed) for each in newest_checks(told)]

    assert found == [
        ("gold.cancellations", "key_unique", False),
        ("gold.daily_sales", "a_warning", False),
        ("gold.daily_sales", "key_unique", True),
    ]


def test_a_pass_that_goes_on_telling_is_read_again(tmp_path: Path) -> None:
    """Its file is written anew with each table."""
    room = source(tmp_path)
    tell(tmp_path, "p1", NOW, a_pass(NOW, lag=1))
    assert len(room.reports(ago(60))) == 1

    tell(tmp_path, "p1", NOW, a_pass(NOW, lag=1), a_pass(NOW, lag=1, table="silver.orders"))

    assert len(room.reports(ago(60))) == 2


def test_a_damaged_entry_takes_nothing_else_away(tmp_path: Path) -> None:
    tell(tmp_path, "p1", NOW, a_pass(NOW, lag=1))
    (tmp_path / "ops" / "ledger" / "2019-02-28" / "p2.json").write_text('{"tables": [{"half')

    assert [report.table for report in source(tmp_path).reports(ago(60))] == ["gold.daily_sales"]


def test_a_lake_without_a_ledger_has_nothing_to_tell(tmp_path: Path) -> None:
    assert source(tmp_path).reports(ago(60)) == []
