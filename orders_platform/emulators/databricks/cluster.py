"""The one cluster: keeps a driver alive, hands runs to it, and hears from it how they do."""

import asyncio
import json
import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Protocol

from orders_platform.emulators.databricks.tasks import Assignment, DriverOptions, Ending

CLUSTER_ID: Final = "local"
_DRIVER: Final = "orders_platform.emulators.databricks.driver.main"
_LONGEST_LINE: Final = 2**26
_LAST_LINES: Final = 3
_LOOKED_AT: Final = 100_000
# what Java says of its own end, before Python says that it is gone
_OF_JAVA: Final = re.compile(r"Exception in thread|Caused by:|Error: |Error occurred|Unrecognized |Invalid ")
_FIRST_PAUSE_S: Final = 1.0
_LONGEST_PAUSE_S: Final = 60.0
_STEADY_S: Final = 60.0
_FAREWELL_S: Final = 10.0


class ClusterState(StrEnum):
    """States of the Clusters API."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    TERMINATED = "TERMINATED"


class Listener(Protocol):
    """Hears what becomes of runs."""

    def running(self, run_id: int) -> None:
        """The run's code starts."""

    def ended(self, run_id: int, ending: Ending) -> None:
        """The run's process is gone."""

    def lost(self, run_id: int, reason: str) -> None:
        """The driver is gone, and the run with it."""


class Cluster(Protocol):
    """What takes runs."""

    def start(self, assignment: Assignment) -> None:
        """Start a run as soon as possible."""

    def cancel(self, run_id: int) -> None:
        """Stop a run; how it ended is told later."""


@dataclass(slots=True)
class _Driver:
    """A driver's process.

    Attributes:
        log_begins: where in the log its own words begin.
        ready_at: loop time from which it takes runs, None before.
    """

    process: asyncio.subprocess.Process
    log_begins: int
    ready_at: float | None = None

    def tell(self, message: dict[str, Any]) -> None:
        """A driver that is gone hears nothing; its end is noticed elsewhere."""
        pipe = self.process.stdin
        if pipe is not None and not pipe.is_closing():
            pipe.write(f"{json.dumps(message)}\n".encode())


class LocalCluster:
    """A driver on this machine, started anew whenever it ends."""

    def __init__(self, options: DriverOptions, log: Path) -> None:
        """Nothing runs yet; `log` takes what the driver says."""
        self._options = options
        self._log = log
        self._listener: Listener | None = None
        self._driver: _Driver | None = None
        self._assignments: dict[int, Assignment] = {}
        self._wanted = asyncio.Event()
        self._supervision: asyncio.Task[None] | None = None
        self.driver_starts = 0

    @property
    def state(self) -> ClusterState:
        """Whether runs start at once."""
        if self._driver is not None and self._driver.ready_at is not None:
            return ClusterState.RUNNING
        return ClusterState.PENDING if self._wanted.is_set() else ClusterState.TERMINATED

    @property
    def driver_id(self) -> int | None:
        """Process id of the driver."""
        return self._driver.process.pid if self._driver else None

    def open(self, listener: Listener) -> asyncio.Task[None]:
        """Warm up; `listener` hears from here on. The task ends only by a fault of this class."""
        self._listener = listener
        self._wanted.set()
        self._supervision = asyncio.create_task(self._supervise())
        return self._supervision

    async def close(self) -> None:
        """End the driver and all that it started."""
        if self._supervision is not None:
            self._supervision.cancel()
            with suppress(asyncio.CancelledError):
                await self._supervision

    def start(self, assignment: Assignment) -> None:
        """Start a run, at the latest when the driver is ready."""
        self._assignments[assignment.run_id] = assignment
        self._wanted.set()
        if self._driver is not None and self._driver.ready_at is not None:
            self._driver.tell({"start": assignment.as_message()})

    def cancel(self, run_id: int) -> None:
        """Stop a run. One that the driver never got ends here."""
        if self._driver is not None and self._driver.ready_at is not None:
            self._driver.tell({"cancel": run_id})
        elif self._assignments.pop(run_id, None):
            asyncio.get_running_loop().call_soon(self._told.ended, run_id, Ending(succeeded=False))

    @property
    def _told(self) -> Listener:
        if self._listener is None:
            raise RuntimeError("the cluster is not open")
        return self._listener

    async def _supervise(self) -> None:
        pause = 0.0
        while True:
            await self._wanted.wait()
            began_ready = await self._live_once()
            if began_ready is None:
                # each further try is asked for by a run
                if not self._assignments:
                    self._wanted.clear()
                continue
            steady = asyncio.get_running_loop().time() - began_ready > _STEADY_S
            await asyncio.sleep(0.0 if steady else pause)
            pause = _FIRST_PAUSE_S if steady else min(max(2 * pause, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)

    async def _live_once(self) -> float | None:
        """One driver, from its start to its end; the loop time at which it was ready, None where it never was."""
        driver = self._driver = await self._spawn()
        try:
            driver.tell(asdict(self._options))
            while line := await _reader(driver).readline():
                self._hear(driver, json.loads(line))
        finally:
            # runs that come from here on wait for the next driver
            self._driver, lost, self._assignments = None, self._assignments, {}
            await _end(driver.process)
        how = "does not start" if driver.ready_at is None else "ended unexpectedly"
        for run_id in lost:
            self._told.lost(run_id, f"the Spark driver {how} (exit code {driver.process.returncode}): {self._words(driver)}")
        return driver.ready_at

    async def _spawn(self) -> _Driver:
        self.driver_starts += 1
        with self._log.open("ab") as log:
            # before the driver writes: it has the same place in the file
            begins = log.tell()
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _DRIVER,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                cwd=self._options.scratch,
                start_new_session=True,
                limit=_LONGEST_LINE,
            )
            return _Driver(process, begins)

    def _hear(self, driver: _Driver, event: dict[str, Any]) -> None:
        match event["event"]:
            case "ready":
                driver.ready_at = asyncio.get_running_loop().time()
                for assignment in list(self._assignments.values()):
                    driver.tell({"start": assignment.as_message()})
            case "running":
                self._told.running(event["run_id"])
            case "ended":
                self._assignments.pop(event["run_id"], None)
                self._told.ended(event["run_id"], Ending(**event["ending"]))

    def _words(self, driver: _Driver) -> str:
        """The last of its own words; of one that never was ready, first those of a Java that did not start."""
        with self._log.open("rb") as log:
            log.seek(max(driver.log_begins, log.seek(0, os.SEEK_END) - _LOOKED_AT))
            said = log.read().decode(errors="replace").splitlines()
        lines = [line.strip() for line in said if line.strip()]
        of_java = [line for line in lines if driver.ready_at is None and _OF_JAVA.match(line)]
        words = dict.fromkeys([*of_java[-1:], *lines[-_LAST_LINES:]])
        return f"{' '.join(words) or 'it said nothing'} (log: {self._log})"


def _reader(driver: _Driver) -> asyncio.StreamReader:
    if driver.process.stdout is None:
        raise RuntimeError("the driver has no stdout")
    return driver.process.stdout


async def _end(process: asyncio.subprocess.Process) -> None:
    """The end of its stdin ends a driver; whatever of its session is left then is killed."""
    if process.stdin is not None:
        process.stdin.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), _FAREWELL_S)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
