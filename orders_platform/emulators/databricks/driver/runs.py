"""The driver's runs: each a process, watched from a thread to its end, and cleared away in the JVM afterwards."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Final

from orders_platform.emulators.databricks.driver.run_process import live
from orders_platform.emulators.databricks.driver.warm_spark import Lent, WarmSpark
from orders_platform.emulators.databricks.tasks import Assignment, Ending

# Libraries only: a run must see our own code as it is by then. pyspark imports the first two on its first call.
_LOADED_ONCE: Final = [
    "pandas",
    "pyspark.testing",
    "pyspark.sql.functions",
    "pyspark.sql.streaming",
    "pyspark.sql.types",
    "py4j.clientserver",
    "delta",
    "dagster_pipes",
    "importlib.metadata",
    "runpy",
]
_CONTEXT: Final = get_context("forkserver")

Tell = Callable[..., None]


def load_libraries() -> None:
    """Start the process that runs are forked from. To be called before the JVM starts, whose pipe it would inherit."""
    _CONTEXT.set_forkserver_preload(_LOADED_ONCE)
    forkserver.ensure_running()


@dataclass(frozen=True, slots=True)
class _Running:
    process: ForkServerProcess
    lent: Lent
    # join() of one process may not be called by two threads
    ended: threading.Event = field(default_factory=threading.Event)


class Runs:
    """Starts and cancels runs; `tell` takes what happens to them, `give_up` ends a driver whose Spark does not let go."""

    def __init__(self, spark: WarmSpark, grace_seconds: float, tell: Tell, give_up: Callable[[str], None]) -> None:
        """None runs yet."""
        self._spark = spark
        self._grace_seconds = grace_seconds
        self._tell = tell
        self._give_up = give_up
        self._running: dict[int, _Running] = {}

    def start(self, assignment: Assignment) -> None:
        """Start a run; returns when its process is there."""
        lent = self._spark.lend(assignment.run_id)
        ours, its = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(target=live, args=(assignment, lent.door, its), daemon=True)
        process.start()
        its.close()
        self._running[assignment.run_id] = _Running(process, lent)
        _in_background(self._follow, assignment.run_id, ours)

    def cancel(self, run_id: int) -> None:
        """Interrupt a run, and kill it where it does not end in time."""
        running = self._running.get(run_id)
        if running is not None:
            _in_background(self._spark.silence, running.lent)
            _in_background(self._interrupt, running)

    def _interrupt(self, running: _Running) -> None:
        with suppress(ProcessLookupError):
            os.kill(_pid(running.process), signal.SIGINT)
        if not running.ended.wait(self._grace_seconds):
            running.process.kill()

    def _follow(self, run_id: int, its: Connection) -> None:
        running = self._running[run_id]
        with its:
            ending = self._hear(run_id, running.process, its)
        running.process.join()
        running.ended.set()
        self._clear_away(run_id, running)
        del self._running[run_id]
        self._tell("ended", run_id, ending or _lost(running.process.exitcode))

    def _hear(self, run_id: int, process: ForkServerProcess, its: Connection) -> Ending | None:
        """What the process says of its end, None where it ends without a word; a child of its may hold the pipe open still."""
        while its in wait([its, process.sentinel]):
            try:
                said: Ending | None = its.recv()
            except (EOFError, OSError):
                return None
            if said is not None:
                return said
            self._spark.be_default()
            self._tell("running", run_id)
        return None

    def _clear_away(self, run_id: int, running: _Running) -> None:
        """What the run left in the JVM and on the machine would go on unseen."""
        with suppress(ProcessLookupError):
            os.killpg(_pid(running.process), signal.SIGKILL)
        silencing = _in_background(self._spark.silence, running.lent)
        silencing.join(self._grace_seconds)
        if silencing.is_alive():
            self._give_up(f"Spark did not stop the work of run {run_id}")
        self._spark.take_back(running.lent)


def _pid(process: ForkServerProcess) -> int:
    # None only before the start
    return process.pid or 0


def _lost(exit_code: int | None) -> Ending:
    how = f"was killed by signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"exited with {exit_code}"
    return Ending(succeeded=False, fault=f"the Python process of the run {how} before its task was done")


def _in_background(act: Callable[..., None], *arguments: object) -> threading.Thread:
    thread = threading.Thread(target=act, args=arguments, name=act.__name__, daemon=True)
    thread.start()
    return thread
