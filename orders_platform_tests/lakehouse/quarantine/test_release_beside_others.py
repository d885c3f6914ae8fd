"""Messages let back in that meet one another, or what came meanwhile: arrival decides, also when silver is made anew."""

import shutil
from pathlib import Path

import pytest

from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.quarantine.asked import Selection
from orders_platform.lakehouse.restore import Wish, restore
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform_tests import invariants
from orders_platform_tests.builders import an_event, body, with_data
from orders_platform_tests.lakehouse.quarantine.stage import BROKEN, SILVER, TOTALS, came, faults, let_in, passed, state_of
from orders_platform_tests.properties.dying import Died, DyingLake

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.long]
NEXT = len(BROKEN) + 1
# what does not depend on how messages came together: an event notes what stood when it came, the quarantine when it was set aside
COUNTED = ("silver.orders", "gold.daily_sales", "gold.product_sales")


def made_anew(lake: Lake) -> None:
    for layer in ("silver", "gold"):
        shutil.rmtree(Path(lake.root, layer))
    passed(lake, set(BY_KEY))


def rows_of(lake: Lake) -> dict[str, str]:
    standing = invariants.standing(Path(lake.root))
    return {table: standing[table].digest for table in COUNTED}


def test_messages_that_repeat_one_another_are_let_in_once(lake: Lake) -> None:
    """The squad sent one three times, each with a wrong total of its own, and once with other lines."""
    twice = an_event("r8", lines=(("MUG", 500, 3),))
    wrong = [body(with_data(twice, total_minor=total)) for total in (1, 1, 2)]
    came(lake, *wrong, body(with_data(an_event("r8"), total_minor=3)), first=NEXT)

    told = let_in(lake, TOTALS, repairs=("total_from_lines",))

    assert (told.selected, told.let_in, told.duplicates, told.again) == (8, 4, 2, {"id_matches": 1, "same_id_same_body": 1})
    assert [state_of(lake, NEXT + place)[2] for place in range(4)] == [True, True, True, False]
    assert faults(lake) == []
    once = rows_of(lake)
    made_anew(lake)
    assert rows_of(lake) == once
    assert faults(lake) == []


@pytest.mark.parametrize("dies", [f"after {RELEASES.key}", f"after {QUARANTINE.key}"])
def test_what_came_while_a_release_lay_half_done_comes_behind_it(lake: Lake, dies: str) -> None:
    """The pass that finishes it meets the ids that it lets in, with other bodies, and later versions of its orders."""
    with pytest.raises(Died):
        let_in(DyingLake(lake.spark, lake.root, lake.zone, dies), TOTALS, repairs=("total_from_lines",))

    came(lake, body(an_event("r1", status="paid")), body(an_event("r1", version=2)), body(an_event("r3", version=3)), first=NEXT)
    passed(lake, set(BY_KEY))

    assert state_of(lake, 0)[2]
    assert state_of(lake, NEXT) == (("same_id_same_body",), 1, False)
    assert faults(lake) == []
    once = rows_of(lake)
    made_anew(lake)
    assert rows_of(lake) == once
    assert faults(lake) == []


def test_a_release_of_what_came_to_rest_in_several_tries_survives_events_and_quarantine_put_back(lake: Lake) -> None:
    """Both are restored to before any release; what was let in and what was refused comes back as it was."""
    then = {table: lake.state(table).version for table in (ORDER_EVENTS, QUARANTINE)}
    let_in(lake, TOTALS)
    let_in(lake, TOTALS, repairs=("total_from_lines",))
    states = [state_of(lake, number) for number in range(len(BROKEN))]
    for table, version in then.items():
        restore(lake, Wish(table.key, version))

    passed(lake, SILVER)
    passed(lake, set(BY_KEY))

    assert [state_of(lake, number) for number in range(len(BROKEN))] == states
    assert faults(lake) == []


def test_a_message_without_a_body_can_be_given_one(lake: Lake) -> None:
    """As it came it breaks the same rule, so a second try is none."""
    came(lake, None, first=NEXT)
    it = Selection(positions=(f"0:{NEXT}",))
    told = [let_in(lake, it), let_in(lake, it), let_in(lake, it, body=body(an_event("r9")))]

    assert [(each.tried, each.let_in, each.refused) for each in told] == [(0, 0, 1), (1, 0, 0), (0, 1, 0)]
    assert faults(lake) == []
