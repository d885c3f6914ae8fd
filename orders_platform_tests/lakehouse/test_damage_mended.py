"""Damaged tables, mended by the verb that the sentence names, are as if they had never been damaged."""

from pathlib import Path

import pytest

from orders_platform.errors import PassRefused
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.damage import lake_damage
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.maintenance import maintain
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.report import Upkeep
from orders_platform.lakehouse.reset import ResetWish, reset
from orders_platform.lakehouse.restore import Wish, restore
from orders_platform.lakehouse.table import Table
from orders_platform_tests.invariants import check_all
from orders_platform_tests.lakehouse.damaged import Damage, cut_after_a_line, emptied, gone, newest
from orders_platform_tests.lakehouse.filled import Filled, fill

pytestmark = [pytest.mark.faults, pytest.mark.spark]
KEY = "gold.daily_sales"
EACH_TABLE = [pytest.param(table, id=table.key) for table in TABLES]


def test_maintenance_does_the_other_tables_and_tells_of_files_of_bronze_that_nobody_reads(lake: Lake) -> None:
    path = gone(next(path_of(lake, BY_KEY["bronze.order_events"]).glob("*.parquet")))
    done: list[Upkeep] = []

    with pytest.raises(PassRefused, match=rf"^bronze\.order_events is damaged: {path} is gone"):
        done += maintain(lake, ["bronze.order_events", KEY])

    assert [upkeep.table for upkeep in done] == [KEY]


@pytest.fixture
def lake(filled: Filled, tmp_path: Path) -> Lake:
    return filled.copy(tmp_path / "lake")


def path_of(lake: Lake, table: Table) -> Path:
    return Path(lake.root, table.layer, table.name)


def versions_of(lake: Lake, table: Table) -> int:
    return int(newest(path_of(lake, table) / "_delta_log").stem)


@pytest.mark.parametrize("damage", [emptied, cut_after_a_line])
def test_a_pass_over_a_damaged_log_and_a_restore_too_far_say_which_version_can_be_put_back(
    lake: Lake, filled: Filled, damage: Damage
) -> None:
    """A commit that is cut behind a whole line is known by Spark's own sums alone."""
    table = BY_KEY[KEY]
    end = versions_of(lake, table)
    path = damage(newest(path_of(lake, table) / "_delta_log"))

    with pytest.raises(
        PassRefused, match=rf"^gold\.daily_sales cannot be read: {path} .*tables restore {KEY} --version {end - 1}"
    ):
        fill(lake, filled.shop)
    told = restore(lake, Wish(KEY, end - 1, dry_run=True))
    done = restore(lake, Wish(KEY, end - 1))

    assert (told.version, told.before, told.rows) == (None, end, done.rows)
    assert (done.version, done.restored) == (end + 1, end - 1)
    assert lake.state(table).note == lake.state_at(table, end - 1).note


def test_a_pass_is_refused_before_it_writes_where_a_table_ends_before_what_was_read_of_it(lake: Lake, filled: Filled) -> None:
    """The new commit would bear the number of the lost one, and pass for it."""
    bronze = BY_KEY["bronze.order_events"]
    for path in (path_of(lake, bronze) / "_delta_log").glob(f"*{versions_of(lake, bronze):020}*"):
        path.unlink()
    before = versions_of(lake, bronze)
    filled.shop.sells(1)

    with pytest.raises(
        PassRefused, match=r"silver\.order_events is made from version 2 of its source, which now ends at 1: .*reset"
    ):
        fill(lake, filled.shop)

    assert versions_of(lake, bronze) == before


@pytest.mark.long
@pytest.mark.parametrize("table", EACH_TABLE)
def test_a_table_whose_newest_commit_is_empty_is_well_after_the_restore_that_the_sentence_names(
    lake: Lake, filled: Filled, table: Table
) -> None:
    """Other tables have read the version that is lost, and the hub has gone on."""
    for number in range(2):
        filled.shop.publishes([(f"bad-{table.name}-{number}", b"no JSON")])
        passed(lake, filled)
    end = versions_of(lake, table)
    emptied(newest(path_of(lake, table) / "_delta_log"))
    filled.shop.sells(1)

    restore(lake, Wish(table.key, end - 1, hub=tails(filled.shop.hub)))
    passed(lake, filled)

    assert check_all(Path(lake.root)) == []
    assert lake_damage(lake.root) == []
    assert_like_one_that_was_never_damaged(lake)


@pytest.mark.long
@pytest.mark.parametrize("table", EACH_TABLE)
def test_a_table_whose_files_are_gone_is_well_after_a_reset_and_a_pass(lake: Lake, filled: Filled, table: Table) -> None:
    filled.shop.publishes([(f"worse-{table.name}", b"no JSON")])
    passed(lake, filled)
    for path in path_of(lake, table).glob("*.parquet"):
        path.unlink()
    [sentence] = lake_damage(lake.root) or [""]
    filled.shop.sells(1)

    done = reset(lake.root, ResetWish(table.key, hub=tails(filled.shop.hub)), lambda: lake.spark)
    passed(lake, filled)

    assert f"tables reset {table.key}" in sentence
    assert done.folder is not None
    assert Path(done.folder).is_dir()
    assert check_all(Path(lake.root)) == []
    assert_like_one_that_was_never_damaged(lake)


def passed(lake: Lake, filled: Filled) -> None:
    """A pass, whose check on the quarantine's share warns."""
    assert [name for report in run_pass(lake, filled.shop.source, pass_id="p") for name in report.failed_checks] in (
        [],
        ["quarantine_rate"],
    )


def assert_like_one_that_was_never_damaged(lake: Lake) -> None:
    """How often each order's versions were seen, and each message set aside, once."""
    events = lake.read(BY_KEY["silver.order_events"]).groupBy("order_id").count()
    seen = lake.read(BY_KEY["silver.orders"]).select("order_id", "versions_seen")
    assert sorted(map(tuple, seen.collect())) == sorted(map(tuple, events.collect()))
    aside = lake.read(BY_KEY["silver.quarantine"]).select("generation", "partition", "sequence_number")
    assert aside.count() == aside.distinct().count()
