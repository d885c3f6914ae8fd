"""Since when the oldest event waits in the hub: what each look sees, and what clocks that are set make of it."""

import json

import pytest

from orders_platform.hub.tails import HubTails, PartitionTail
from orders_platform.orchestration.alerting.waiting import Waits, by_this_clock, waits

NOON = 1_767_614_400.0
HOUR = 3600.0
NOTHING = Waits("")


def tails(generation: str = "orders-1", **partitions: tuple[int, int]) -> HubTails:
    return HubTails(generation, {name.strip("p"): PartitionTail(begin, end, None) for name, (begin, end) in partitions.items()})


def look(before: Waits, at: float, end: int, *, committed: int = 0, begin: int = 0, filled_at: float | None = NOON) -> Waits:
    """At one partition, that many seconds after noon; what is noted goes through the store."""
    noted = Waits.noted(json.loads(json.dumps(before.note())))
    seen = tails(p0=(begin, end))
    return waits(noted, seen, {"orders-1": {"0": committed}}, now=NOON + at, filled_at=filled_at)


def ages(found: Waits) -> tuple[float, float]:
    """Of the oldest event: as it was seen, and at most."""
    return found.asked_at - found.seen_at, found.asked_at - found.after


def test_events_that_come_after_hours_of_quiet_have_waited_since_they_came() -> None:
    """Bronze was filled long before, as after every night."""
    quiet = look(NOTHING, 10 * HOUR, 5, committed=5)

    burst = look(quiet, 10 * HOUR + 10, 4471, committed=5)

    assert (burst.behind, ages(burst)) == (4466, (0.0, 10.0))


def test_what_nobody_takes_grows_old_however_much_comes_after_it() -> None:
    found = look(NOTHING, 0, 5)
    for second in range(10, 700, 10):
        found = look(found, second, 5 + second)

    assert ages(found)[0] == 690


def test_the_age_is_of_the_oldest_that_is_left() -> None:
    """Bronze takes some, and is never at the end: each event is young, though some wait at every look."""
    found = look(NOTHING, 0, 5)
    for minute in range(1, 60):
        found = look(found, 60 * minute, 5 + minute, committed=4 + minute)

    assert (found.behind, ages(found)[0]) == (1, 0.0)


def test_bronze_that_is_ever_farther_behind_shows_an_age_that_grows() -> None:
    """One event a minute is taken, where two come."""
    found = look(NOTHING, 0, 10)
    for minute in range(1, 61):
        found = look(found, 60 * minute, 10 + 2 * minute, committed=minute)

    # event 60 came in the 25th minute
    assert ages(found)[0] == pytest.approx(35 * 60, abs=35 * 60 / 8 + 60)


def test_little_is_noted_however_long_it_waits() -> None:
    """A note is written at each look."""
    found = look(NOTHING, 0, 1)
    for minute in range(1, 7 * 24 * 60, 7):
        found = look(found, 60 * minute, 1 + minute)

    assert len(found.marks["0"]) < 60


def test_what_comes_while_nobody_looks_may_have_come_at_any_moment_of_it() -> None:
    """Seen just now, and at most as old as the last look or bronze's last fill."""
    before = look(NOTHING, 0, 5, committed=5)

    assert ages(look(before, HOUR, 9, committed=5)) == (0.0, HOUR)
    assert ages(look(before, HOUR, 9, committed=5, filled_at=NOON + HOUR - 60)) == (0.0, 60.0)
    assert ages(look(NOTHING, HOUR, 9, committed=5)) == (0.0, HOUR)
    assert ages(look(NOTHING, HOUR, 9, filled_at=None)) == (0.0, 0.0)


def test_what_was_seen_waiting_before_a_gap_still_waits_after_it() -> None:
    before = look(NOTHING, 0, 5)

    assert ages(look(before, HOUR, 9))[0] == HOUR


@pytest.mark.parametrize("ahead", [60.0, 3 * HOUR, 10.0**9], ids=["a minute", "3 h", "30 years"])
def test_after_a_clock_that_stood_ahead_the_wait_begins_anew(ahead: float) -> None:
    before = look(NOTHING, ahead, 5, filled_at=NOON + ahead)

    first = look(before, 0, 5, filled_at=NOON + ahead)
    later = look(first, 601, 5, filled_at=NOON + ahead)

    assert (ages(first), ages(later)) == ((0.0, 0.0), (601.0, 601.0))


def test_a_hub_made_anew_is_another_one() -> None:
    before = look(NOTHING, 0, 5)

    found = waits(before, tails("orders-2", p0=(0, 5)), {}, now=NOON + HOUR, filled_at=NOON + HOUR - 5)

    assert ages(found) == (0.0, 5.0)


def test_partitions_are_told_apart_and_the_oldest_counts() -> None:
    before = waits(NOTHING, tails(p0=(0, 5), p1=(0, 0)), {}, now=NOON, filled_at=None)
    found = waits(before, tails(p0=(0, 5), p1=(0, 3)), {"orders-1": {"0": 5}}, now=NOON + 60, filled_at=None)
    still = waits(before, tails(p0=(0, 5), p1=(0, 3)), {}, now=NOON + 60, filled_at=None)

    assert (found.behind, ages(found)[0]) == (3, 0.0)
    assert (still.behind, ages(still)[0]) == (8, 60.0)


@pytest.mark.parametrize(
    ("filled_at", "noted", "expected"),
    [
        (NOON - 60, {}, NOON - 60),
        (NOON - 60, {"t": [NOON - 60, NOON - 90]}, NOON - 60),
        (NOON + 3 * HOUR, {}, NOON),
        (NOON + 3 * HOUR, {"t": [NOON + 3 * HOUR, NOON - 600]}, NOON - 600),
        (NOON + 4 * HOUR, {"t": [NOON + 3 * HOUR, NOON - 600]}, NOON),
        (NOON + 3 * HOUR, {"t": [NOON + 3 * HOUR, NOON + HOUR]}, NOON),
    ],
    ids=["past", "past, noted", "to come", "to come, seen before", "another one", "seen by a clock that stood ahead"],
)
def test_a_table_filled_in_the_future_was_filled_when_that_was_first_seen(
    filled_at: float, noted: dict[str, list[float]], expected: float
) -> None:
    assert by_this_clock({"t": filled_at}, noted, NOON) == {"t": (filled_at, expected)}
