"""One pass at a time: two writers of one table would have to guess at each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.lakehouse.lake import Lake


@contextmanager
def own_turn(lake: Lake, what: str = "pass") -> Iterator[None]:
    """Hold the lake's lock of this kind, which falls with the process, however it ends. Raises PassRefused while it is held.

    In a catalog there is no such lock. There Dagster keeps writers apart: by a pool, and since it starts no run beside another
    one of its own, nor beside the job that runs all along. Who starts a job's run by hand in Databricks must look first.
    """
    if not lake.is_path:
        yield
        return
    folder = lake.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f"_{what}.lock").open("w")
    except OSError as fault:
        raise EnvironmentFault(f"the lake {folder} cannot be written: {fault.strerror}; make room or set ORDERS_LAKE") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise PassRefused(f"another {what} is at work on {folder}: wait until it ends, or stop it") from fault
        yield


def is_taken(lake: Lake) -> bool:
    """Whether a pass or a stream holds the lake's lock now; never so in a catalog."""
    try:
        with own_turn(lake):
            return False
    except PassRefused:
        return True
