"""How long a message has waited when a table has it: told of the one that waited longest, not of the luckiest."""

from datetime import timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.arrivals import Arrivals
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.lake import Note
from orders_platform.lakehouse.parts import AFTER_EVENTS
from orders_platform.lakehouse.report import Positions
from orders_platform_tests.lakehouse.filled import Filled


def up_to(position: int) -> Positions:
    return {"orders-1": {"0": position}}


def noted(position: int, newest: str = "") -> Note:
    return Note(positions=up_to(position), newest=newest)


@pytest.fixture
def arrivals() -> Arrivals:
    """Three batches, the second of them with the oldest message, and one that came by a road that tells no time."""
    kept = Arrivals()
    for start, oldest in ((0, "10:00"), (5, "09:58"), (9, "10:02"), (12, "")):
        kept.add(up_to(start), Taken(4, 4, up_to(start + 4), oldest=oldest))
    return kept


@pytest.mark.parametrize(("had", "oldest"), [(0, "09:58"), (5, "09:58"), (9, "10:02"), (12, "")])
def test_a_table_tells_the_oldest_of_all_batches_that_it_lacked(arrivals: Arrivals, had: int, oldest: str) -> None:
    assert arrivals.oldest(noted(had), noted(16)) == oldest


def test_a_table_that_gained_nothing_has_no_wait(arrivals: Arrivals) -> None:
    assert arrivals.oldest(noted(9, "10:04"), noted(9, "10:04")) == ""


def test_a_table_that_was_left_behind_does_not_look_quick(arrivals: Arrivals) -> None:
    """The pass that left it behind is over, and its batches are known no longer."""
    assert arrivals.oldest(noted(3, "09:30"), noted(16)) == "09:30"


def test_batches_count_as_one_by_their_oldest() -> None:
    taken = Taken(2, 2, up_to(2), oldest="10:00").then(Taken(1, 1, up_to(3), oldest="09:59")).then(Taken(0, 0, up_to(3)))

    assert taken.oldest == "09:59"


@pytest.mark.spark
def test_each_table_tells_the_longest_wait_of_a_pass(filled: Filled) -> None:
    told = {report.table: report for report in ledger.read_pass(filled.lake.root, "p")}
    rows = DeltaTable(Path(filled.lake.root, "bronze", "order_events")).to_pyarrow_table(
        columns=["generation", "partition", "sequence_number", "enqueued_at"]
    )

    [gained] = [report.positions_from for report in told.values() if report.table == ORDER_EVENTS.key]
    oldest = min(
        row["enqueued_at"]
        for row in rows.to_pylist()
        if row["sequence_number"] >= gained.get(row["generation"], {}).get(str(row["partition"]), 0)
    )
    waits = {
        table: told[table].finished_at - timedelta(seconds=told[table].longest_wait_seconds or 0)
        for table in (ORDER_EVENTS.key, "silver.order_events", *AFTER_EVENTS)
    }
    assert waits == dict.fromkeys(waits, oldest)
