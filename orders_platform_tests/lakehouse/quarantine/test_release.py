"""Messages let back in: what passes lands once, in silver and gold, as the plain fold has it; twice or killed is the same."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from orders_platform.contracts.rules import RULES
from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.quarantine.asked import Release, Selection
from orders_platform.lakehouse.quarantine.release import release
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.restore import Wish, restore
from orders_platform.lakehouse.silver import rules
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform.lakehouse.table import Table
from orders_platform.lakehouse.turn import own_turn
from orders_platform.lakehouse.work import Work
from orders_platform_tests import invariants
from orders_platform_tests.builders import GENERATION, an_event, body, with_data
from orders_platform_tests.lakehouse.quarantine.stage import (
    BROKEN,
    EVERYTHING,
    GOOD,
    TOTALS,
    came,
    faults,
    let_in,
    passed,
    state_of,
)
from orders_platform_tests.oracle import verdicts
from orders_platform_tests.properties.dying import Died, DyingLake

pytestmark = [pytest.mark.spark, pytest.mark.faults]


def test_a_repair_lets_in_what_passes_then_and_the_rest_stays_with_its_newest_reasons(lake: Lake) -> None:
    told = let_in(lake, Selection(("total_matches", "well_formed")), repairs=("total_from_lines",))

    assert (told.selected, told.let_in, told.refused) == (5, 3, 2)
    assert told.again == {"id_matches": 1, "well_formed": 1}
    assert [state_of(lake, number) for number in (0, 1, 2)] == [
        (("total_matches",), 1, True),
        (("id_matches",), 2, False),
        (("well_formed",), 2, False),
    ]
    assert faults(lake) == []


@pytest.mark.long
def test_dry_run_tells_what_would_come_of_it_and_twice_is_as_good_as_once(lake: Lake) -> None:
    before = invariants.standing(Path(lake.root))
    expected = let_in(lake, EVERYTHING, repairs=("total_from_lines",), dry_run=True)
    unchanged = invariants.standing(Path(lake.root))

    first = let_in(lake, EVERYTHING, repairs=("total_from_lines",))
    once = invariants.standing(Path(lake.root))
    second = let_in(lake, EVERYTHING, repairs=("total_from_lines",))

    assert unchanged == before
    assert replace(expected, dry_run=False) == first
    assert first.again == {"id_matches": 1, "well_formed": 1, "same_id_same_body": 1}
    assert (second.selected, second.tried, second.let_in, second.refused) == (3, 3, 0, 0)
    assert invariants.i8_nothing_changed(once, invariants.standing(Path(lake.root))) == []
    assert let_in(lake, TOTALS).selected == 0


@pytest.mark.long
def test_two_repairs_one_after_another_let_in_what_breaks_two_rules(lake: Lake) -> None:
    told = let_in(lake, Selection(("id_matches",)), repairs=("total_from_lines", "ids_from_order"))

    assert (told.selected, told.let_in) == (1, 1)
    assert faults(lake) == []


@pytest.mark.long
def test_each_table_is_told_as_it_stands_after_a_release(lake: Lake) -> None:
    """Also the quarantine, of which nothing new was set aside."""
    asked = Release(Selection(positions=("0:0",)), "because", repairs=("total_from_lines",))

    reports = [each for each in release(lake, Work("release", pass_id="r", release=asked)) if isinstance(each, TableReport)]

    assert {each.table: each.version for each in reports} == {
        each.table: lake.state(BY_KEY[each.table]).version for each in reports
    }
    assert {each.table for each in reports} == BY_KEY.keys() - {BRONZE.key}
    assert [each.failed_checks for each in reports] == [[]] * len(reports)


@pytest.mark.long
def test_a_corrected_body_that_is_bad_itself_stays_and_the_next_one_is_judged(lake: Lake) -> None:
    """Each try is kept; what counts is the newest, also where silver is made anew."""
    third = Selection(positions=("0:2",))
    without_lines = body(with_data(an_event("r9"), lines=[]))

    broken = let_in(lake, third, body=b"{")
    same = let_in(lake, third, body=b"{")
    other = let_in(lake, third, body=without_lines)
    states = state_of(lake, 2)
    good = let_in(lake, third, body=body(an_event("r9")))
    for layer in ("silver", "gold"):
        shutil.rmtree(Path(lake.root, layer))
    passed(lake, set(BY_KEY))

    assert (broken.again, same.tried, set(other.again)) == ({"well_formed": 1}, 1, {"lines_present"})
    assert states == (("lines_present",), 3, False)
    assert good.let_in == 1
    assert state_of(lake, 2) == (("lines_present",), 3, True)
    assert lake.read(ORDER_EVENTS).where("order_id = 'r9'").count() == 1
    assert faults(lake) == []


@pytest.mark.long
def test_what_a_loosened_rule_would_pass_now_is_let_in_as_it_stands(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    vain = let_in(lake, TOTALS)
    monkeypatch.setattr(rules, "RULES", tuple(rule for rule in RULES if rule.name != "total_matches"))
    monkeypatch.delitem(verdicts.LINES_RULES, "total_matches")

    told = let_in(lake, TOTALS)

    assert (vain.selected, vain.let_in, vain.refused) == (4, 0, 4)
    assert (told.selected, told.let_in, told.again) == (4, 3, {"id_matches": 1})
    assert state_of(lake, 1) == (("id_matches",), 3, False)
    assert faults(lake) == []


@pytest.mark.long
def test_a_corrected_body_stands_unless_its_order_stands_otherwise(lake: Lake) -> None:
    """The id of an order that stands: with another body it is a conflict, with the same one a duplicate."""
    third = Selection(positions=(f"0:2@{GENERATION}",))

    conflict = let_in(lake, third, body=body(an_event("o0", status="shipped")))
    asides = state_of(lake, 2)
    duplicate = let_in(lake, third, body=GOOD)
    fresh = let_in(lake, Selection(positions=("0:3",)), body=body(an_event("r9")))

    assert (conflict.let_in, conflict.again, asides) == (0, {"same_id_same_body": 1}, (("same_id_same_body",), 2, False))
    assert (duplicate.let_in, duplicate.duplicates, duplicate.refused) == (0, 1, 0)
    assert fresh.let_in == 1
    assert lake.read(ORDER_EVENTS).where("order_id = 'r9'").select("sequence_number").first() == (3,)
    assert faults(lake) == []


@pytest.mark.long
@pytest.mark.parametrize(
    "dies",
    [f"{when} {table.key}" for table in (RELEASES, QUARANTINE, ORDER_EVENTS, DAILY_SALES) for when in ("before", "after")],
)
def test_killed_between_two_commits_it_is_whole_after_the_next(lake: Lake, dies: str) -> None:
    with pytest.raises(Died):
        let_in(DyingLake(lake.spark, lake.root, lake.zone, dies), TOTALS, repairs=("total_from_lines",))

    told = let_in(lake, TOTALS, repairs=("total_from_lines",))

    assert told.let_in == (
        0 if dies in ("after silver.order_events", f"before {DAILY_SALES.key}", f"after {DAILY_SALES.key}") else 3
    )
    assert lake.read(RELEASES).count() == 4
    assert faults(lake) == []


@pytest.mark.long
def test_a_pass_finishes_what_a_release_left(lake: Lake) -> None:
    with pytest.raises(Died):
        let_in(DyingLake(lake.spark, lake.root, lake.zone, f"after {RELEASES.key}"), TOTALS, repairs=("total_from_lines",))

    passed(lake, set(BY_KEY))

    assert faults(lake) == []
    settled = invariants.standing(Path(lake.root))
    passed(lake, set(BY_KEY))
    assert invariants.i8_nothing_changed(settled, invariants.standing(Path(lake.root))) == []


@pytest.mark.long
@pytest.mark.parametrize("table", [ORDER_EVENTS, QUARANTINE, None], ids=["events restored", "quarantine restored", "made anew"])
def test_nothing_of_a_release_is_lost_when_silver_is_restored_or_made_anew(lake: Lake, table: Table | None) -> None:
    then = lake.state(table).version if table else 0
    let_in(lake, EVERYTHING, repairs=("total_from_lines",))
    once = lake.read(QUARANTINE).select("sequence_number", "reasons", "attempt", "released_at").collect()

    if table:
        restore(lake, Wish(table.key, then))
    else:
        for layer in ("silver", "gold"):
            shutil.rmtree(Path(lake.root, layer))
    passed(lake, set(BY_KEY))

    assert faults(lake) == []
    assert sorted(lake.read(QUARANTINE).select("sequence_number", "reasons", "attempt", "released_at").collect()) == sorted(once)


@pytest.mark.long
def test_later_messages_and_a_release_meet_as_they_came(lake: Lake) -> None:
    """A message behind the release has the id of an order that it let in, with another body: the first stands."""
    let_in(lake, TOTALS, repairs=("total_from_lines",))

    came(lake, body(an_event("r1", status="paid")), body(an_event("r3", version=3)), first=len(BROKEN) + 1)
    passed(lake, set(BY_KEY))

    assert state_of(lake, len(BROKEN) + 1) == (("same_id_same_body",), 1, False)
    assert faults(lake) == []


@pytest.mark.long
def test_a_position_that_is_none_is_told_and_a_pass_at_work_is_waited_for(lake: Lake) -> None:
    with pytest.raises(InputError, match="nothing is set aside at 0:99"):
        let_in(lake, Selection(positions=("0:99",)))
    with own_turn(lake), pytest.raises(PassRefused, match="another pass is at work"):
        let_in(lake, TOTALS)
