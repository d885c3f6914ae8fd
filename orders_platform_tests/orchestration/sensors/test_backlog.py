"""When a pass is started: every state of the hub beside every state of the passes before."""

from datetime import UTC, datetime, timedelta

import pytest

from orders_platform.orchestration.sensors.backlog import QUIET, Backlog, Cursor, Decision, LastPass, backlog, decide

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
GENERATION = "orders-1"
DONE = LastPass(NOW - timedelta(minutes=1), is_unfinished=False)


def test_the_first_tick_of_a_hub_with_events_starts_a_pass() -> None:
    """Nothing is committed, nothing was ever asked for."""
    seen = backlog(GENERATION, {"0": (0, 3), "1": (0, 0)}, {})

    decision = decide(seen, LastPass(None, is_unfinished=False), Cursor(), NOW, is_open=False)

    assert seen.behind == 3
    assert decision.run_key
    assert decision.reason == "3 events wait in the hub"
    assert decision.cursor == Cursor(1, NOW.timestamp(), "")


def test_a_hub_that_is_unchanged_starts_nothing() -> None:
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 3}})

    assert _decide(seen).run_key is None


def test_an_empty_hub_starts_nothing_at_night() -> None:
    seen = backlog(GENERATION, {"0": (0, 0), "1": (0, 0)}, {})

    assert decide(seen, LastPass(None, is_unfinished=False), Cursor(), NOW, is_open=False).run_key is None


def test_what_was_asked_for_does_not_count_only_what_bronze_committed() -> None:
    """The pass asked for before has failed, and no event came since: it is asked for again."""
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 2}})
    asked = Cursor(1, (NOW - timedelta(minutes=5)).timestamp(), "run-1")

    decision = decide(seen, LastPass(NOW - timedelta(minutes=9), is_unfinished=True, done="run-1"), asked, NOW, is_open=True)

    assert decision.run_key
    assert decision.cursor.attempts == 2


def test_a_hub_made_anew_counts_from_its_own_beginning() -> None:
    """Its sequence numbers are lower than what was committed of the old one."""
    seen = backlog("orders-2", {"0": (0, 1)}, {GENERATION: {"0": 50}})

    assert (seen.behind, seen.lost) == (1, ())
    assert _decide(seen).run_key


def test_a_partition_that_was_added_counts() -> None:
    seen = backlog(GENERATION, {"0": (0, 3), "1": (0, 2)}, {GENERATION: {"0": 3}})

    assert seen.behind == 2


def test_events_that_retention_has_dropped_are_not_counted_as_waiting() -> None:
    """The pass itself finds the gap, and says so."""
    seen = backlog(GENERATION, {"0": (90, 100)}, {GENERATION: {"0": 40}})

    assert seen.behind == 10


def test_a_hub_that_ends_before_bronze_gets_a_pass_which_refuses_and_says_why() -> None:
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 5}})

    decision = _decide(seen)

    assert decision.run_key
    assert decision.reason == "the hub ends before bronze does in partition 0"


def test_a_pass_that_stopped_behind_bronze_is_done_again() -> None:
    """Bronze is at the tail, but gold may not be."""
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 3}})

    decision = decide(seen, LastPass(NOW, is_unfinished=True), Cursor(), NOW, is_open=True)

    assert decision.run_key
    assert decision.reason == "the last pass did not come to its end"


@pytest.mark.parametrize(("in_vain", "seconds"), [(1, 10), (2, 20), (4, 80), (7, 600), (5000, 600)])
def test_passes_in_vain_come_less_and_less_often(in_vain: int, seconds: int) -> None:
    seen = backlog(GENERATION, {"0": (0, 3)}, {})
    failed = LastPass(None, is_unfinished=True)

    early, due = (
        decide(seen, failed, Cursor(in_vain, (NOW - timedelta(seconds=age)).timestamp()), NOW, is_open=True)
        for age in (seconds - 1, seconds)
    )

    assert early.run_key is None
    assert early.cursor.attempts == in_vain
    assert f"after {in_vain} passes in vain the next one starts in 1 s" in early.reason
    assert due.run_key


def test_a_pass_that_went_through_ends_the_waiting() -> None:
    """A week of quiet half hours does not make the next order wait."""
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 2}})
    asked = Cursor(300, (NOW - timedelta(seconds=2)).timestamp(), "run-1")

    decision = decide(seen, LastPass(NOW - timedelta(seconds=1), is_unfinished=False, done="run-2"), asked, NOW, is_open=True)

    assert decision.run_key
    assert decision.cursor.attempts == 1


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(seconds=-45), timedelta(hours=3)], ids=str)
def test_whether_a_pass_went_through_is_no_question_of_clocks(step: timedelta) -> None:
    """It ran on another machine, or before a clock was set: its time says nothing beside ours."""
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 2}})
    asked = Cursor(3, (NOW - timedelta(seconds=30)).timestamp(), "run-1")

    through = decide(seen, LastPass(NOW + step, is_unfinished=False, done="run-2"), asked, NOW, is_open=True)
    in_vain = decide(seen, LastPass(NOW + step, is_unfinished=True, done="run-1"), asked, NOW, is_open=True)

    assert (through.run_key is not None, in_vain.run_key is not None) == (True, False)
    assert "after 3 passes in vain the next one starts in 10 s" in in_vain.reason


@pytest.mark.parametrize("ahead", [timedelta(minutes=1), timedelta(hours=3), timedelta(days=36500)], ids=str)
def test_after_a_clock_that_stood_ahead_the_wait_begins_anew_and_is_no_longer_than_ever(ahead: timedelta) -> None:
    """The last pass was asked for in what is the future now."""
    seen = backlog(GENERATION, {"0": (0, 500)}, {})
    failed = LastPass(None, is_unfinished=True)

    first = decide(seen, failed, Cursor(2, (NOW + ahead).timestamp()), NOW, is_open=True)
    early = decide(seen, failed, first.cursor, NOW + timedelta(seconds=19), is_open=True)
    due = decide(seen, failed, first.cursor, NOW + timedelta(seconds=20), is_open=True)

    assert first.reason.endswith("after 2 passes in vain the next one starts in 20 s")
    assert (early.run_key is not None, due.run_key is not None) == (False, True)


@pytest.mark.parametrize("ahead", [timedelta(minutes=11), timedelta(hours=3), timedelta(days=36500)], ids=str)
def test_a_pass_that_ended_in_the_future_is_no_reason_to_start_none_for_so_long(ahead: timedelta) -> None:
    """Tables would be called late meanwhile."""
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 3}})

    assert decide(seen, LastPass(NOW + ahead, is_unfinished=False), Cursor(), NOW, is_open=True).run_key


def test_a_worker_whose_clock_is_a_little_ahead_starts_no_pass_after_pass() -> None:
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 3}})
    ahead = LastPass(NOW + timedelta(minutes=9), is_unfinished=False)

    assert decide(seen, ahead, Cursor(), NOW, is_open=True).run_key is None


def test_an_open_shop_gets_a_pass_each_half_hour_orders_or_none() -> None:
    seen = backlog(GENERATION, {"0": (0, 3)}, {GENERATION: {"0": 3}})
    late = LastPass(NOW - QUIET - timedelta(seconds=1), is_unfinished=False)

    assert decide(seen, late, Cursor(), NOW, is_open=True).run_key
    assert decide(seen, late, Cursor(), NOW, is_open=False).run_key is None
    assert decide(seen, LastPass(NOW - QUIET, is_unfinished=False), Cursor(), NOW, is_open=True).run_key is None


def test_two_ticks_that_overlap_ask_for_the_same_run_and_later_ones_for_others() -> None:
    """Dagster starts no second run of a key."""
    seen = backlog(GENERATION, {"0": (0, 3)}, {})
    failed = LastPass(None, is_unfinished=True)
    first = decide(seen, failed, Cursor(), NOW, is_open=True)

    beside = decide(seen, failed, Cursor(), NOW + timedelta(seconds=7), is_open=True)
    after = decide(seen, failed, first.cursor, NOW + timedelta(seconds=10), is_open=True)

    assert first.run_key == beside.run_key
    assert first.run_key != after.run_key


@pytest.mark.parametrize(
    "text",
    [
        *(None, "", "7", "[]", "null", "\x00", "{", "0:812|1:790"),
        *('{"version": 1, "attempts": 1, "asked_at": 1}', '{"version": 2}'),
        *(
            f'{{"version": 2, "attempts": {attempts}, "asked_at": {asked_at}, "done": ""}}'
            for attempts, asked_at in (
                *(("1", text) for text in ("Infinity", "-Infinity", "NaN", "-1", "1e999", '"x"')),
                *((text, "1") for text in ("1e999", "NaN", "-1", '"x"', "null")),
            )
        ),
    ],
)
def test_a_cursor_of_another_version_or_damaged_is_forgotten(text: str | None) -> None:
    assert Cursor.parse(text) == Cursor()


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert Cursor.parse(Cursor(3, 1767614400.5, "run-1").text()) == Cursor(3, 1767614400.5, "run-1")


def _decide(seen: Backlog) -> Decision:
    return decide(seen, DONE, Cursor(), NOW, is_open=True)
