"""What counts and times come to."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_platform.squad.api_client import Answer
from orders_platform.squad.load.figures import Figures, percentile


def an_answer(status: int | None = 201, *, faults: tuple[str, ...] = (), sent: float = 10.0, done: float = 10.0) -> Answer:
    return Answer(status, {}, replayed=False, faults=faults, sent_at=sent, done_at=done)


def report(figures: Figures, *, seconds: float = 1.0) -> dict[str, Any]:
    return figures.report(seconds=seconds)


def test_time_counts_from_when_a_call_was_due_however_late_it_was_sent() -> None:
    figures = Figures()

    figures.answered("place", an_answer(sent=13.0, done=13.5), due=10.0)

    place = report(figures)["calls"]["place"]
    assert (place["from_due_ms"]["p50"], place["from_send_ms"]["p50"]) == (3500, 500)


def test_a_timer_that_rings_early_shortens_no_time() -> None:
    figures = Figures()

    figures.answered("place", an_answer(sent=9.999, done=10.5), due=10.0)

    assert report(figures)["calls"]["place"]["from_due_ms"]["max"] == 501


def test_a_call_that_was_given_up_has_its_time_too() -> None:
    figures = Figures()

    figures.answered("pay", an_answer(None, faults=("503", "503", "timeout"), done=70.0), due=10.0)

    told = report(figures)
    assert (told["unknown"], told["retries"], told["errors"]) == (1, 2, {"503": 2, "timeout": 1})
    assert told["calls"]["pay"]["from_due_ms"]["max"] == 60_000


def test_an_accepted_call_counts_once_it_is_safe() -> None:
    figures = Figures()
    figures.answered("place", an_answer(), due=10.0)

    assert figures.placed == 0
    figures.accepted("place", after=0.1)
    assert figures.placed == 1


def test_rates_are_of_placed_orders_and_fall_when_the_last_one_is_late() -> None:
    figures = Figures()
    figures.due = 10
    for number in range(10):
        figures.accepted("place", after=2.0 * number / 9)
    figures.accepted("pay", after=50.0)

    told = report(figures, seconds=1.0)
    assert (told["offered_rate"], told["achieved_rate"], told["placed"]) == (10, 5, 10)


def test_the_first_wrong_answers_are_named_and_all_counted() -> None:
    figures = Figures()
    for number in range(15):
        figures.found_wrong([f"{number} a", f"{number} b"])

    assert (figures.wrong_count, len(figures.wrong), figures.wrong[-1]) == (30, 20, "9 b")


@given(st.lists(st.floats(0, 100), min_size=1), st.sampled_from([0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed(values: list[float], share: float) -> None:
    found = percentile(sorted(values), share)

    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_percentile_of_nothing_is_nothing(share: float) -> None:
    assert percentile([], share) == 0
