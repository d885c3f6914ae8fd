"""Faults come while others are at work: from a thread beside them, at a moment that is known by what it shows."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from orders_platform.orchestration.specs import asset_key
from orders_platform_tests.local.waiting import wait_until

_PATIENCE_S = 180


@contextmanager
def meanwhile(moment: Callable[[], bool], act: Callable[[], None]) -> Iterator[None]:
    """Do `act` beside the block, once, as soon as `moment` holds; an assertion where the block ends before that."""
    is_over, has_acted = threading.Event(), threading.Event()

    def wait_and_act() -> None:
        wait_until(lambda: is_over.is_set() or moment(), _PATIENCE_S)
        if not is_over.is_set():
            act()
            has_acted.set()

    thread = threading.Thread(target=wait_and_act)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
    assert has_acted.is_set(), "the moment did not come"


def recorded(instance: dg.DagsterInstance, table: str) -> Callable[[], bool]:
    """The moment when Dagster has recorded a table."""
    return lambda: instance.get_latest_materialization_event(asset_key(table)) is not None
