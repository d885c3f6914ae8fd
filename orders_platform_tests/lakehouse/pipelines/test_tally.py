"""What a run added, counted over tables that lie there: no Spark is asked here."""

from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.pipelines.results import table_path
from orders_platform.lakehouse.pipelines.tally import Tally, expectations, tally, written

BRONZE, KEPT, REJECTED, GOLD = "bronze_order_events", "silver_messages", "silver_rejected", "gold_daily_sales"


def a_run(folder: Path, kept: list[list[str]], rejected: list[list[str]]) -> None:
    """Append messages, each with the rules that it broke, and make gold again with a row for each that was kept."""
    lists = pa.list_(pa.string())
    names = pa.table({"reasons": pa.array(rejected, lists)})
    write_deltalake(table_path(folder, BRONZE), pa.table({"value": ["body"] * (len(kept) + len(rejected))}), mode="append")
    write_deltalake(table_path(folder, KEPT), pa.table({"warnings": pa.array(kept, lists)}), mode="append")
    write_deltalake(table_path(folder, REJECTED), names, mode="append")
    write_deltalake(table_path(folder, GOLD), pa.table({"orders": [1] * len(kept)}), mode="overwrite")


def test_a_first_run_has_written_all_that_is_there(tmp_path: Path) -> None:
    before = tally(tmp_path)

    a_run(tmp_path, [[], ["customer_known"]], [["well_formed"], ["total_matches", "id_matches"]])

    assert before == Tally()
    after = tally(tmp_path)
    assert written(before, after) == {BRONZE: 4, GOLD: 2, KEPT: 2, REJECTED: 2}
    told = expectations(before, after)
    assert told["well_formed"] == {"passed": 3, "failed": 1}
    assert told["customer_known"] == {"passed": 1, "failed": 1}
    assert set(told) == {rule.name for rule in RULES if rule.expression}
    assert sum(each["failed"] for each in told.values()) == 4


def test_a_later_run_counts_what_it_added_and_a_view_as_a_whole(tmp_path: Path) -> None:
    a_run(tmp_path, [[], []], [["well_formed"]])
    before = tally(tmp_path)

    a_run(tmp_path, [[]], [["total_matches"]])

    after = tally(tmp_path)
    assert written(before, after) == {BRONZE: 2, GOLD: 1, KEPT: 1, REJECTED: 1}
    told = expectations(before, after)
    assert (told["well_formed"], told["total_matches"]) == ({"passed": 2, "failed": 0}, {"passed": 1, "failed": 1})
