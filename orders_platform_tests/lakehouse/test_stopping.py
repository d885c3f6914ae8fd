"""Ctrl-C lets what has begun come to its end, whatever handler Spark puts there when it starts."""

import os
import signal
from collections.abc import Iterator

import pytest

from orders_platform.lakehouse.stopping import handler_kept, set_when_asked_to_end


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_ctrl_c_asks_though_spark_has_started_since() -> None:
    stop = set_when_asked_to_end()
    with handler_kept():
        signal.signal(signal.SIGINT, lambda *_: pytest.fail("ended at once"))

    os.kill(os.getpid(), signal.SIGINT)

    assert stop.is_set()


def test_a_second_one_ends_at_once() -> None:
    set_when_asked_to_end()

    os.kill(os.getpid(), signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_sparks_own_stays_where_nobody_set_one() -> None:
    def of_spark(*_: object) -> None: ...

    signal.signal(signal.SIGINT, signal.default_int_handler)
    with handler_kept():
        signal.signal(signal.SIGINT, of_spark)

    assert signal.getsignal(signal.SIGINT) is of_spark
