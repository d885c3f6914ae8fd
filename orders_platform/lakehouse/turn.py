"""One pass at a time: two writers of one table would have to guess at each other."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, TextIO

from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.lakehouse.lake import Lake

# a pass ends within seconds, and so does a release; a stream does not
PATIENCE_SECONDS: Final = 60.0
_LOOK_SECONDS = 0.1


@contextmanager
def own_turn(lake: Lake, what: str = "pass", *, patience: float = 0) -> Iterator[None]:
    """Hold the lake's lock of this kind, which falls with the process, however it ends.

    Raises PassRefused where it is held, and is still after so many seconds.

    In a catalog there is no such lock. There Dagster keeps writers apart: by a pool, and since it starts no run beside another
    one of its own, nor beside the job that runs all along. Who starts a job's run by hand in Databricks must look first.
    """
    with own_turn_at(lake.folder, what, patience=patience) if lake.is_path else nullcontext():
        yield


@contextmanager
def own_turn_at(folder: Path, what: str = "pass", *, patience: float = 0) -> Iterator[None]:
    """The same of a lake in a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / f"_{what}.lock").open("w")
    except OSError as fault:
        raise EnvironmentFault(f"the lake {folder} cannot be written: {fault.strerror}; make room or set ORDERS_LAKE") from fault
    with lock:
        deadline = time.monotonic() + patience
        while not _is_locked(lock):
            if time.monotonic() >= deadline:
                raise PassRefused(f"another {what} is at work on {folder}: wait until it ends, or stop it")
            time.sleep(_LOOK_SECONDS)
        yield


def _is_locked(lock: TextIO) -> bool:
    """Whether the lock is ours now."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_taken(lake: Lake) -> bool:
    """Whether a pass or a stream holds the lake's lock now; never so in a catalog."""
    try:
        with own_turn(lake):
            return False
    except PassRefused:
        return True
