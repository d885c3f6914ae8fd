"""Doors of partitions: closed when one fails, ever longer, each for itself."""

from hypothesis import given
from hypothesis import strategies as st

from orders_platform.squad.outbox.gate import LONGEST_SECONDS, Gate, wait_seconds


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def almost_one() -> float:
    return 1 - 2**-53


@given(st.integers(1, 10**9), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_never_longer_than_a_minute(failures: int, roll: float) -> None:
    assert 0 <= wait_seconds(failures, lambda: roll) <= LONGEST_SECONDS


def test_the_longest_wait_doubles_up_to_a_minute() -> None:
    longest = [round(wait_seconds(failures, almost_one), 6) for failures in range(1, 12)]

    assert longest == [0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 60, 60]


def test_a_partition_that_failed_is_closed_for_its_wait_and_the_others_are_open() -> None:
    clock = Clock()
    gate = Gate(clock, almost_one)

    seconds = gate.failed("0")

    assert gate.closed_for("0") == seconds > 0
    assert (gate.closed_for("1"), gate.all_closed_for(["0", "1"])) == (0, 0)
    clock.now += seconds
    assert gate.closed_for("0") == 0
    assert gate.is_failing("0")


def test_all_are_closed_until_the_first_one_opens() -> None:
    gate = Gate(Clock(), almost_one)
    gate.failed("1")
    gate.failed("1")

    soonest = gate.failed("0")

    assert 0 < gate.all_closed_for(["0", "1"]) == soonest < gate.closed_for("1")


def test_a_failure_is_a_first_one_again_when_a_send_passed_between() -> None:
    gate = Gate(Clock(), almost_one)
    first, second = gate.failed("0"), gate.failed("0")

    gate.passed("0")

    assert not gate.is_failing("0")
    assert (gate.failed("0"), second) == (first, 2 * first)
