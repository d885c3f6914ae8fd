"""One pass at a time: two writers of one table would have to guess at each other."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orders_platform.errors import EnvironmentFault, PassRefused


@contextmanager
def own_turn(folder: Path) -> Iterator[None]:
    """Hold the lake's lock; the system frees it when the process ends, however it ends.

    Databricks keeps passes apart by its job's `max_concurrent_runs: 1`. Raises PassRefused while another holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "_pass.lock").open("w")
    except OSError as fault:
        raise EnvironmentFault(f"the lake {folder} cannot be written: {fault.strerror}; make room or set ORDERS_LAKE") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise PassRefused(f"another pass is at work on {folder}: wait until it ends, or stop it") from fault
        yield
