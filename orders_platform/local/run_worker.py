"""A run worker in a forked process, and the mark by which other processes find it.

The mark is a file that the worker keeps locked: unlike a process number alone it never points to a stranger, and a lock falls
however a process ends.
"""

import fcntl
import os
import runpy
import signal
import sys
from pathlib import Path


def work(command: list[str], mark: Path) -> None:
    """Run `python -m dagster api execute_run ...` as in a process of its own; `mark` leads to it meanwhile."""
    # whoever this was forked from may ignore it; here it is how a run is cancelled
    signal.signal(signal.SIGINT, signal.default_int_handler)
    lock = os.open(mark, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    try:
        sys.argv = command
        runpy.run_module("dagster", run_name="__main__")
    finally:
        mark.unlink(missing_ok=True)


def worker_of(mark: Path) -> int | None:
    """The worker's process number; None where it has ended."""
    try:
        lock = os.open(mark, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.pread(lock, 32, 0) or 0) or None
    finally:
        os.close(lock)
    return None
