"""Calls with a deadline: the SDK has none of its own on a connection that is up and silent."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def within(seconds: float, act: Callable[[], _Result]) -> _Result:
    """Its result. Raises what it raises, and TimeoutError where it takes longer; it is then left alone, to end when it can."""
    done: Future[_Result] = Future()
    # a daemon: one that hangs for ever holds up no exit
    threading.Thread(target=_settle, args=(done, act), daemon=True).start()
    return done.result(seconds)


def _settle(done: Future[_Result], act: Callable[[], _Result]) -> None:
    try:
        done.set_result(act())
    except BaseException as fault:  # noqa: BLE001  handed to the thread that asked, which raises it
        done.set_exception(fault)
