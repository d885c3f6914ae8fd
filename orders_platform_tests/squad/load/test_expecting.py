"""Wrong answers are found out."""

from typing import Any

import pytest

from orders_platform.squad.load.catalogue import Line
from orders_platform.squad.load.expecting import placed, wrong
from orders_platform.squad.load.lives import Life, Step, Verb

LINES = (Line("1", "Mug", 250, 4), Line("2", "Jar", 100, 3))
PLACE = Step("place", 0, None, LINES)
RIGHT = {
    "order_id": "o1", "version": 1, "kind": "sale", "status": "placed", "country": "Brazil", "currency": "BRL",
    "cancels_order_id": None, "total_minor": 1300,
}  # fmt: skip
TAKEN = {"order_id": "c1", "kind": "cancellation", "status": "cancelled", "cancels_order_id": "o1", "total_minor": -500}


def faults(answer: dict[str, Any], step: Step = PLACE) -> list[str]:
    life = Life(7, None, "Brazil", "BRL", (PLACE, step))
    if step is PLACE:
        return wrong(life, step, before=None, order_id=None, answer=answer)
    return wrong(life, step, before=placed(PLACE), order_id="o1", answer=answer)


def a_step(verb: Verb, **fields: Any) -> Step:
    return Step(verb, 1, None, **fields)


def test_a_right_answer_has_nothing_wrong() -> None:
    assert faults(RIGHT) == []
    assert faults(RIGHT | {"version": 2, "status": "paid"}, a_step("pay")) == []
    assert faults(RIGHT | {"version": 2, "total_minor": 250}, a_step("amend", lines=(Line("1", "Mug", 250, 1),))) == []


@pytest.mark.parametrize(
    ("lie", "told"),
    [
        ({"total_minor": 1299}, "total_minor is 1299, should be 1300"),
        ({"version": 2}, "version is 2, should be 1"),
        ({"status": "paid"}, "status is 'paid', should be 'placed'"),
        ({"currency": "GBP"}, "currency is 'GBP', should be 'BRL'"),
        ({"kind": "cancellation"}, "kind is 'cancellation', should be 'sale'"),
    ],
)
def test_what_is_not_as_it_was_sent_is_named(lie: dict[str, Any], told: str) -> None:
    assert faults(RIGHT | lie) == [f"place of o1: {told}"]


def test_a_version_that_is_left_out_is_wrong() -> None:
    assert faults(RIGHT | {"version": 3, "status": "paid"}, a_step("pay")) == ["pay of o1: version is 3, should be 2"]


def test_the_answer_of_another_order_is_wrong() -> None:
    other = RIGHT | {"order_id": "o2", "version": 2, "status": "paid"}

    assert faults(other, a_step("pay")) == ["pay of o2: order_id is 'o2', should be 'o1'"]


def test_a_cancellation_in_part_leaves_the_order_as_it_is() -> None:
    part = a_step("cancel", units={1: 2})

    assert faults({"cancellation": RIGHT | TAKEN, "order": RIGHT}, part) == []
    assert faults({"cancellation": RIGHT | TAKEN | {"total_minor": -250}, "order": RIGHT}, part) != []
    assert faults({"cancellation": RIGHT | TAKEN, "order": RIGHT | {"version": 2}}, part) != []


def test_the_last_unit_ends_an_order() -> None:
    everything = {"cancellation": RIGHT | TAKEN | {"total_minor": -1300}, "order": RIGHT | {"version": 2, "status": "cancelled"}}

    assert faults(everything, a_step("cancel")) == []
    assert faults(everything, a_step("cancel", units={1: 4, 2: 3})) == []
    assert faults(everything | {"order": RIGHT}, a_step("cancel")) != []


@pytest.mark.parametrize("answer", [{}, {"order": RIGHT}, {"cancellation": None, "order": RIGHT}])
def test_an_answer_of_another_form_is_wrong(answer: dict[str, Any]) -> None:
    assert faults(answer, a_step("cancel")) == ["cancel of o1: 1 documents in the answer, should be 2"]
