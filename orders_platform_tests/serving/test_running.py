"""How the platform runs, as the ledger tells it."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.serving.running import Lag, freshness, lag, newest_at, newest_checks
from orders_platform.settings import Settings
from orders_platform_tests.serving.shop import NOW, a_pass, ago, source, tell

TRADING = Settings.from_env({}).trading
# NOW is a Thursday at half past twelve
TUESDAY = NOW - timedelta(days=2)


def waited(minutes: float, seconds: float | None, **changes: Any) -> TableReport:
    """A pass whose newest message came a second before its end."""
    return a_pass(ago(minutes), lag=1.0, longest_wait_seconds=seconds, **changes)


def test_waits_are_those_of_the_last_hours_passes_that_brought_something() -> None:
    """A pass without news tells only how long nothing was ordered, and another table's is not gold's."""
    passes = [waited(minute, float(minute)) for minute in range(1, 41)]
    others = [waited(5, None), waited(61, 900.0), waited(3, 900.0, table="silver.orders")]

    assert lag([*passes, *others], NOW) == Lag(passes=40, half=20.0, most=38.0, longest=40.0)


def test_a_pass_of_many_messages_counts_as_many() -> None:
    """Nineteen passes of one message each were quick; nine in ten messages came with the other one."""
    quick = [waited(minute, 3.0, positions_from={"g": {"0": 5}}, positions_to={"g": {"0": 6}}) for minute in range(1, 20)]
    slow = waited(20, 70.0, positions_from={"g": {"0": 5}}, positions_to={"g": {"0": 100}, "h": {"0": 76}})

    found = lag([*quick, slow], NOW)

    assert (found.half, found.most, found.longest) == (70.0, 70.0, 70.0)


def test_few_passes_tell_the_longest_wait_and_no_percentiles() -> None:
    found = lag([waited(minute, float(minute)) for minute in range(1, 20)], NOW)

    assert found == Lag(passes=19, half=None, most=None, longest=19.0)


def test_without_passes_there_is_no_wait_and_no_newest_message() -> None:
    assert lag([], NOW) == Lag(passes=0, half=None, most=None, longest=None)
    assert newest_at([], "gold.daily_sales") is None


def test_the_newest_message_is_that_of_the_table() -> None:
    told = [a_pass(ago(9), lag=1.0), a_pass(ago(4), lag=60.0), a_pass(ago(1), lag=1.0, table="silver.orders")]

    assert newest_at(told, "gold.daily_sales") == ago(5)


def test_an_entry_of_an_earlier_or_a_later_release_is_read(tmp_path: Path) -> None:
    tell(tmp_path, "p1", NOW, waited(1, 9.0))
    [file] = tmp_path.glob("ops/ledger/*/p1.json")
    told = json.loads(file.read_text())
    del told["tables"][0]["longest_wait_seconds"]
    file.write_text(json.dumps(told | {"tables": [table | {"of_tomorrow": 1} for table in told["tables"]]}))

    [read] = ledger.read(str(tmp_path))

    assert read == waited(1, None)


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
