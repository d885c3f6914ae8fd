"""Waiting for a condition with a deadline; and what is still alive."""

import time
from collections.abc import Callable

import psutil


def wait_until(holds: Callable[[], bool], deadline_seconds: float = 20) -> None:
    """Look again and again until `holds`; an assertion where it does not in time."""
    until = time.monotonic() + deadline_seconds
    while not holds():
        assert time.monotonic() < until, "the condition did not come true in time"
        time.sleep(0.02)


def is_alive(process_id: int) -> bool:
    """Whether a process runs; one that only waits to be collected does not."""
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
