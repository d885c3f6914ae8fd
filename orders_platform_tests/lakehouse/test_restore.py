"""A table put back to an older version of its own: the next pass goes on from there, and every promise holds again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from delta.tables import DeltaTable

from orders_platform.errors import InputError, PassRefused
from orders_platform.hub.tails import HubTails, PartitionTail, tails
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.gold.table import CANCELLATIONS, DAILY_SALES
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.restore import Restored, Wish, restore
from orders_platform.lakehouse.silver.table import ORDER_EVENTS as EVENTS
from orders_platform.lakehouse.silver.table import ORDERS, QUARANTINE
from orders_platform.lakehouse.table import Table
from orders_platform.lakehouse.turn import own_turn
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.docs.markdown import Markdown
from orders_platform_tests.invariants import check_all, i8_nothing_changed, standing
from orders_platform_tests.lakehouse.filled import Filled, fill

pytestmark = [pytest.mark.spark, pytest.mark.faults]
BRONZE = BY_KEY["bronze.order_events"]


@pytest.fixture
def lake(filled: Filled, tmp_path: Path) -> Lake:
    return filled.copy(tmp_path / "lake")


def version(lake: Lake, table: Table) -> int:
    return lake.state(table).version


def put_back(lake: Lake, filled: Filled, table: Table, to: int, *, dry_run: bool = False) -> Restored:
    return restore(lake, Wish(table.key, to, hub=tails(filled.shop.hub), dry_run=dry_run))


def behind(lake: Lake) -> list[str]:
    """Tables whose note does not tell of all of silver.order_events."""
    events = lake.state(EVENTS)
    made = {table.key: lake.state(table).note.source_version for table in TABLES if table.made_from != ("bronze.order_events",)}
    return [key for key, source in made.items() if source != events.version and key != BRONZE.key]


@pytest.mark.long
@pytest.mark.parametrize("table", [pytest.param(table, id=table.key) for table in TABLES if table is not QUARANTINE])
def test_next_pass_makes_all_right_after_a_table_was_restored(lake: Lake, filled: Filled, table: Table) -> None:
    then, rows = version(lake, table) - 1, lake.read(table, version(lake, table) - 1).count()
    before = lake.state_at(table, then).note
    filled.shop.sells(1)

    done = put_back(lake, filled, table, then)
    restored = lake.state(table)
    told = max(ledger.read(lake.root), key=lambda report: report.finished_at)
    fill(lake, filled.shop)

    # by this Dagster learns of it
    assert (told.table, told.version, told.row_count, told.positions_to) == (table.key, done.version, rows, before.positions)
    assert (done.version, done.rows) == (restored.version, rows)
    assert (restored.note, done.before) == (before, then + 1)
    assert check_all(Path(lake.root)) == []
    assert behind(lake) == []


@pytest.mark.long
def test_no_message_is_judged_twice_after_bronze_was_restored_from_before_what_silver_knows(lake: Lake, filled: Filled) -> None:
    """The change feed holds them twice then: of the commits that were taken back, and of the pass that took them again."""
    put_back(lake, filled, EVENTS, 1)
    put_back(lake, filled, BRONZE, 1)

    fill(lake, filled.shop)

    assert check_all(Path(lake.root)) == []
    assert behind(lake) == []


@pytest.mark.long
def test_progress_is_noted_again_where_there_was_none_to_add(lake: Lake, filled: Filled) -> None:
    """Both commits that a pass leaves then are empty, and Delta drops an empty one that it takes for a repetition."""
    filled.shop.publishes([("known", body(an_event("o0")))])
    fill(lake, filled.shop)

    for table in (CANCELLATIONS, EVENTS):
        put_back(lake, filled, table, version(lake, table) - 1)
        fill(lake, filled.shop)
        assert behind(lake) == []
        assert lake.state(EVENTS).note.source_version == version(lake, BRONZE)

    settled = standing(Path(lake.root))
    fill(lake, filled.shop)
    assert i8_nothing_changed(settled, standing(Path(lake.root))) == []


@pytest.mark.long
def test_what_a_restored_quarantine_lacks_is_set_aside_again(lake: Lake, filled: Filled) -> None:
    for name in ("a", "b"):
        filled.shop.publishes([(name, f"no JSON: {name}".encode())])
        list_all(lake, filled)
    assert lake.read(QUARANTINE).count() == 2

    done = put_back(lake, filled, QUARANTINE, version(lake, QUARANTINE) - 1)
    left = lake.read(QUARANTINE).count()
    list_all(lake, filled)

    assert (done.rows, left) == (1, 1)
    assert check_all(Path(lake.root)) == []


def list_all(lake: Lake, filled: Filled) -> None:
    """A pass, whose check on the quarantine's share warns."""
    from orders_platform.lakehouse.passes import run_pass

    assert [report.table for report in run_pass(lake, filled.shop.source, pass_id="q")] != []


@pytest.mark.long
def test_dry_run_tells_what_would_follow_and_changes_nothing(lake: Lake, filled: Filled) -> None:
    before, checkpoints = standing(Path(lake.root)), list(Path(lake.root, "_checkpoints", "bronze").iterdir())

    told = [put_back(lake, filled, table, 1, dry_run=True) for table in (BRONZE, EVENTS, ORDERS, BY_KEY["gold.product_sales"])]

    assert [each.version for each in told] == [None] * 4
    assert [each.follows for each in told] == [
        ("the next pass takes 3 messages again; what silver holds of them is not judged twice",),
        (
            "the next pass judges again what bronze.order_events has gained after its version 1",
            "silver.orders and gold are made anew by it, whole; until then they stay as they are",
        ),
        ("the next pass adds what silver.order_events has gained after its version 1, up to 2",),
        (
            "the next pass adds what silver.order_events has gained after its version 1, up to 2",
            "gold.product_prices, which is made from its rows, stays as it is: if they were wrong, restore that as well",
        ),
    ]
    assert standing(Path(lake.root)) == before
    assert list(Path(lake.root, "_checkpoints", "bronze").iterdir()) == checkpoints


@pytest.mark.long
def test_a_version_of_nobodys_pass_is_told_of(lake: Lake, filled: Filled) -> None:
    by_hand = version(lake, ORDERS) + 1
    DeltaTable.forName(lake.spark, lake.name(ORDERS)).delete("order_id = 'o0'")
    DeltaTable.forName(lake.spark, lake.name(ORDERS)).delete("order_id = 'o1'")

    told = put_back(lake, filled, ORDERS, by_hand, dry_run=True)
    clean = put_back(lake, filled, ORDERS, by_hand - 1, dry_run=True)

    assert told.follows == (
        f"version {by_hand} (DELETE) is of no pass, and what it changed comes back, too",
        "it is as far as silver.order_events: the next pass has nothing to add",
    )
    assert clean.follows == told.follows[1:]


@pytest.mark.long
def test_rows_that_somebody_put_into_bronze_are_told_of_where_silver_has_read_them(lake: Lake, filled: Filled) -> None:
    then = version(lake, BRONZE)
    doubled = lake.read(BRONZE).limit(1).selectExpr("* EXCEPT (sequence_number)", "1000000L AS sequence_number")
    doubled.write.format("delta").mode("append").save(f"{lake.root}/bronze/order_events")
    fill(lake, filled.shop, "silver.order_events", "silver.quarantine")

    told = put_back(lake, filled, BRONZE, then, dry_run=True)

    assert told.follows[0] == (
        f"version {then + 1} (WRITE) is of no pass, but silver.order_events has read it: before the next pass, restore that as "
        f"well, to a version made from one before {then + 1}"
    )


def without_messages(hub: HubTails) -> HubTails:
    """The hub after its retention has passed."""
    gone = {name: PartitionTail(tail.next, tail.next, tail.last_enqueued_at) for name, tail in hub.partitions.items()}
    return HubTails(hub.generation, gone)


def test_bronze_is_not_restored_behind_what_the_hub_still_has(lake: Lake, filled: Filled) -> None:
    hub = tails(filled.shop.hub)
    again = HubTails("orders-1", hub.partitions)

    for held in (without_messages(hub), again, None):
        with pytest.raises(PassRefused, match=r"the hub no longer has all messages .* of partition \d of orders-\d+.*backup"):
            restore(lake, Wish(BRONZE.key, 1, hub=held))
    told = restore(lake, Wish(BRONZE.key, 1, hub=without_messages(hub), from_backup=True, dry_run=True))

    assert "replay them by `orders-platform backup replay` before the next pass" in told.follows[0]


@pytest.mark.parametrize(
    ("wish", "fault", "said"),
    [
        (Wish("gold.sales", 1), InputError, r"^no such table: gold\.sales; there are bronze\.order_events"),
        (Wish("gold.daily_sales", 9), PassRefused, r"^gold\.daily_sales has no version 9: there are 0 to 2$"),
        (Wish("gold.daily_sales", -1), PassRefused, r"^gold\.daily_sales has no version -1: there are 0 to 2$"),
        (Wish("gold.daily_sales", 0), PassRefused, r"^version 0 of gold\.daily_sales tells of no pass.*tables history gold"),
        (Wish("gold.daily_sales", 2), InputError, r"^gold\.daily_sales stands at version 2: there is nothing to restore"),
        (Wish("gold.daily_sales", 1, from_backup=True), InputError, r"^--from-backup goes with bronze\.order_events"),
    ],
)
def test_what_cannot_be_restored_is_told_in_a_sentence(filled: Filled, wish: Wish, fault: type[Exception], said: str) -> None:
    with pytest.raises(fault, match=said):
        restore(filled.lake, wish)


def test_a_version_whose_files_are_removed_is_refused(lake: Lake, filled: Filled) -> None:
    """Even by a dry run."""
    for file in lake.read(DAILY_SALES, 1).inputFiles():
        Path(file.removeprefix("file:")).unlink()

    with pytest.raises(PassRefused, match=r"version 1 of gold\.daily_sales lacks files"):
        put_back(lake, filled, DAILY_SALES, 1, dry_run=True)


def test_a_table_is_not_restored_while_a_pass_is_at_work(lake: Lake, filled: Filled) -> None:
    with own_turn(lake), pytest.raises(PassRefused, match="another pass is at work"):
        put_back(lake, filled, DAILY_SALES, 1)


@pytest.mark.long
def test_guide_holds_as_it_is_typed(lake: Lake, filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    assert filled.shop.server is not None
    for name, value in {**filled.shop.server.server.client_settings(), "ORDERS_LAKE": lake.root}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")

    for script in Markdown.read("docs/en/restore.md").scripts:
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True, timeout=120)

    assert lake.state(DAILY_SALES).note.source_version == version(lake, EVENTS)
    assert check_all(Path(lake.root)) == []
