"""The process of one run: forked from one that has loaded the libraries, attached to the JVM, gone when its task is done."""

import multiprocessing
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Final, Self

from orders_platform.emulators.databricks.driver.attach import Door, attach
from orders_platform.emulators.databricks.driver.call import call
from orders_platform.emulators.databricks.tasks import Assignment, Ending
from orders_platform.settings import pass_on

_LONGEST_FAULT: Final = 2_000


def live(assignment: Assignment, door: Door, driver: Connection) -> None:
    """Do the assignment, tell the driver how it went, and end this process."""
    os.setsid()
    _print_to(assignment.log)
    # before the first thread, which would let it through: a mask is a thread's own
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    threading.Thread(target=_end_with_the_driver, name="end with the driver", daemon=True).start()
    with _Told(driver) as told:
        pass_on(assignment.variables)
        sys.path[:0] = [folder for folder in assignment.variables.get("PYTHONPATH", "").split(os.pathsep) if folder]
        os.chdir(assignment.folder)
        attach(door)
        _take_interrupts()
        driver.send(None)
        call(assignment.task)
    # not by sys.exit, which waits for threads that the task left behind
    os._exit(0 if told.well else 1)


def _take_interrupts() -> None:
    """SparkContext has set a handler that cancels the jobs of all runs; an interrupt has waited until it is gone again."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


class _Told:
    """Tells the driver how its block ended, however it ended."""

    def __init__(self, driver: Connection) -> None:
        self._driver = driver
        self.well = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> bool:
        """Nothing leaves this process but by the driver and the log."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ending = _ending(fault)
        self.well = ending.succeeded
        # the log's disk may be full
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.write(ending.trace)
            sys.stderr.flush()
        self._driver.send(ending)
        return True


def _ending(fault: BaseException | None) -> Ending:
    if fault is None or (isinstance(fault, SystemExit) and not fault.code):
        return Ending(succeeded=True)
    said = f"{type(fault).__name__}: {fault}"[:_LONGEST_FAULT]
    return Ending(succeeded=False, fault=said, trace="".join(traceback.format_exception(fault)))


def _print_to(log: str) -> None:
    """All output, of libraries in C and of children too, goes to the log, line by line."""
    writing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    reading = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((reading, 0), (writing, 1), (writing, 2)):
        os.dup2(source, target)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _end_with_the_driver() -> None:
    driver = multiprocessing.parent_process()
    if driver is not None:
        driver.join()
    # with the processes that the task started
    os.killpg(0, signal.SIGKILL)
