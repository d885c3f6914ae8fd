"""A call with a deadline gives what the call gives, or ends without it."""

import threading

import pytest

from orders_platform.hub.within import within


def test_the_result_and_the_fault_of_a_call_are_its_own() -> None:
    assert within(30, lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(30, lambda: 1 // 0)


def test_a_call_that_hangs_is_left_alone_at_its_deadline() -> None:
    released = threading.Event()

    with pytest.raises(TimeoutError):
        within(0.05, released.wait)

    released.set()
