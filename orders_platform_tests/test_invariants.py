"""An invariant that never fails proves nothing: each is shown passing on a right lake, and failing on a wrong one."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from orders_platform_tests import invariants
from orders_platform_tests.builders import GENERATION, a_cancellation, an_event, body, bronze_rows
from orders_platform_tests.oracle.facts import Row
from orders_platform_tests.small_lake import a_right_lake, rewrite, write, write_ledger

Change = Callable[[list[Row]], list[Row]]
ACCEPTED = [
    body(an_event("o1")),
    body(an_event("o1", version=2, status="paid")),
    body(an_event("o2", lines=[("MUG", 650, 1), ("BAG", 100, 3)], placed_at="2019-02-03T10:00:00Z")),
    body(a_cancellation("C1", cancels="o1", placed_at="2019-02-04T10:00:00Z")),
    body(an_event("o3", version=3)),
]
MESSAGES = [*ACCEPTED, ACCEPTED[0], b"poison", body(an_event("o1", status="another body"))]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five accepted events, a duplicate, a poison message and a conflict, all where they belong."""
    return a_right_lake(tmp_path_factory.mktemp("lake"), MESSAGES)


@pytest.fixture
def lake(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the right lake, to be spoiled."""
    return Path(shutil.copytree(pristine, tmp_path, dirs_exist_ok=True))


def without_first(rows: list[Row]) -> list[Row]:
    """The first row is lost."""
    return rows[1:]


def doubled(rows: list[Row]) -> list[Row]:
    """The first row stands twice."""
    return [rows[0], *rows]


def with_first(**columns: object) -> Change:
    """The first row says something else."""
    return lambda rows: [{**rows[0], **columns}, *rows[1:]]


def a_penny_off(rows: list[Row]) -> list[Row]:
    """The first row's money is a penny too much."""
    return [{**rows[0], "gross_minor": rows[0]["gross_minor"] + 1, "net_minor": rows[0]["net_minor"] + 1}, *rows[1:]]


def i1(lake: Path) -> list[str]:
    """I1 over what this module accepted."""
    return invariants.i1_accepted_in_gold(lake, ACCEPTED)


def test_every_invariant_holds_when_the_lake_is_right(lake: Path) -> None:
    """Duplicates, poison, conflicts and gaps do no harm by themselves."""
    assert i1(lake) == []
    assert invariants.check_all(lake) == []


def test_every_invariant_holds_when_there_is_no_lake_yet(tmp_path: Path) -> None:
    """Nothing came, nothing is shown: that is right."""
    assert invariants.i1_accepted_in_gold(tmp_path, []) == []
    assert invariants.check_all(tmp_path) == []


@pytest.mark.parametrize(
    ("invariant", "table", "change", "words"),
    [
        (i1, "silver.orders", without_first, "lacks the accepted order"),
        (i1, "silver.orders", doubled, "silver.orders holds more than once"),
        (i1, "silver.orders", with_first(order_id="o9"), "nobody accepted"),
        (i1, "gold.daily_sales", without_first, "orders is 0"),
        (i1, "gold.daily_sales", doubled, "accepted were"),
        (i1, "gold.daily_sales", a_penny_off, "on all days in GBP: gross_minor"),
        (invariants.i2_silver_is_the_fold, "silver.order_events", without_first, "silver.order_events lacks"),
        (invariants.i2_silver_is_the_fold, "silver.order_events", doubled, "silver.order_events holds more than once"),
        (invariants.i2_silver_is_the_fold, "silver.order_events", with_first(lines=[]), "lines is []"),
        (invariants.i2_silver_is_the_fold, "silver.order_events", with_first(sequence_number=5), "sequence_number is 5"),
        (invariants.i2_silver_is_the_fold, "silver.orders", with_first(status="placed"), "status is 'placed', should be 'paid'"),
        (invariants.i2_silver_is_the_fold, "silver.orders", with_first(customer_ref=None), "customer_ref is None"),
        (invariants.i2_silver_is_the_fold, "silver.quarantine", without_first, "silver.quarantine lacks"),
        (invariants.i2_silver_is_the_fold, "silver.quarantine", with_first(reasons=["id_matches"]), "should be ['well_formed']"),
        (invariants.i2_gold_is_the_fold, "gold.daily_sales", a_penny_off, "gross_minor is"),
        (invariants.i2_gold_is_the_fold, "gold.daily_sales", with_first(units=7), "units is 7"),
        (invariants.i2_gold_is_the_fold, "gold.daily_sales", with_first(country="EIRE"), "gold.daily_sales should not hold"),
        (invariants.i2_gold_is_the_fold, "gold.sales_by_minute", without_first, "gold.sales_by_minute lacks"),
        (invariants.i2_gold_is_the_fold, "gold.sales_by_minute", a_penny_off, "gross_minor is"),
        (invariants.i2_gold_is_the_fold, "gold.product_sales", with_first(price_minor=1), "price_minor is 1"),
        (invariants.i2_gold_is_the_fold, "gold.product_sales", doubled, "gold.product_sales holds more than once"),
        (invariants.i2_gold_is_the_fold, "gold.product_prices", with_first(is_current=True, valid_to=None), "is_current is True"),
        (invariants.i2_gold_is_the_fold, "gold.cancellations", with_first(match="orphan"), "match is 'orphan'"),
        (invariants.i2_gold_is_the_fold, "gold.cancellations", with_first(days_since_sale=0), "days_since_sale is 0"),
        (invariants.i3_positions_complete, "bronze.order_events", lambda rows: rows[:2] + rows[3:], "has a hole"),
        (invariants.i3_positions_complete, "bronze.order_events", doubled, "more than once"),
        (invariants.i4_highest_version_stands, "silver.orders", with_first(order_version=1), "order_version is 1, should be 2"),
        (invariants.i4_highest_version_stands, "silver.orders", with_first(versions_seen=1), "versions_seen is 1, should be 2"),
        (invariants.i4_highest_version_stands, "silver.orders", without_first, "silver.orders lacks o1"),
        (invariants.i5_nothing_silent, "silver.order_events", without_first, "bronze holds 8 messages, but silver 4 events"),
        (invariants.i5_nothing_silent, "silver.quarantine", without_first, "1 in quarantine + 1 duplicates"),
    ],
)  # fmt: skip
def test_an_invariant_fails_when_a_table_is_wrong(
    *, lake: Path, invariant: Callable[[Path], list[str]], table: str, change: Change, words: str
) -> None:
    """One table is spoiled, and the invariant says how."""
    rewrite(lake, table, change)

    assert any(words in fault for fault in invariant(lake)), invariant(lake)


def test_a_gap_in_versions_is_listed_when_a_version_never_came(lake: Path) -> None:
    """Order o3 came at version 3 only: two are missing, and that is no violation."""
    assert invariants.incomplete_orders(lake) == {"o3": 2}


def test_positions_of_each_generation_stand_alone_when_a_hub_was_made_again(tmp_path: Path) -> None:
    """A new generation starts at its own zero; the same numbers do not clash."""
    again = GENERATION.replace("1763", "1764")
    write(tmp_path, "bronze.order_events", [*bronze_rows([b"a", b"b"]), *bronze_rows([b"c"], generation=again)])

    assert invariants.i3_positions_complete(tmp_path) == []


def test_a_missing_end_is_seen_when_the_hubs_tail_is_known(lake: Path) -> None:
    """Bronze alone cannot know what it never got; the hub's tail can tell."""
    assert invariants.i3_positions_complete(lake, {0: 8}) == []
    assert invariants.i3_positions_complete(lake, {0: 9, 1: 2}) == [
        "bronze ends before 8 in partition 0, the hub's tail is 9",
        "bronze ends before 0 in partition 1, the hub's tail is 2",
    ]


def test_the_ledger_is_doubted_when_a_line_does_not_add_up(lake: Path) -> None:
    """Seven in, six accounted for."""
    write_ledger(lake, "p1", {"rows_in": 8, "written": 5, "duplicates": 1, "quarantined": 2})
    assert invariants.i5_ledger_adds_up(lake) == []

    write_ledger(lake, "p2", {"rows_in": 7, "written": 5, "duplicates": 1})

    assert invariants.i5_ledger_adds_up(lake) == [
        "pass p2, silver.order_events: 7 in, but 5 written + 1 duplicates + 0 quarantined"
    ]


def test_the_ledger_is_doubted_when_positions_go_back(lake: Path) -> None:
    """A table never covers less than before."""
    write_ledger(lake, "p1", {"positions_from": {GENERATION: {"0": 5}}, "positions_to": {GENERATION: {"0": 4}}})

    assert invariants.i5_ledger_adds_up(lake) == ["silver.order_events goes back in pass p1"]


def test_a_second_pass_is_seen_when_it_changes_or_commits(lake: Path) -> None:
    """The same rows written again are a commit too many; other rows are worse."""
    before = invariants.standing(lake)
    assert invariants.i8_nothing_changed(before, invariants.standing(lake)) == []

    rewrite(lake, "gold.cancellations", lambda rows: rows)
    rewrite(lake, "gold.daily_sales", a_penny_off)

    assert sorted(invariants.i8_nothing_changed(before, invariants.standing(lake))) == [
        "gold.cancellations was committed to without need: version 0 before, 1 after",
        "gold.daily_sales changed rows: version 0 before, 1 after",
    ]
