"""Continuous jobs: one run at all times, started again when it ends, less and less eagerly while it fails."""

from collections.abc import Callable
from typing import Final

from orders_platform.emulators.databricks.clock import Clock, Timer
from orders_platform.emulators.databricks.desk import Desk
from orders_platform.emulators.databricks.runs import Result, Run

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
_MOST_DOUBLINGS: Final = 6
# A run that lived longer has made up for all failures before it.
STEADY_MS: Final = 60_000


class Continuous:
    """Keeps the jobs that are on running."""

    def __init__(self, desk: Desk, clock: Clock, start: Callable[[int], None]) -> None:
        """`start` starts a run of a job."""
        self._desk = desk
        self._clock = clock
        self._start = start
        self._failures: dict[int, int] = {}
        self._timers: dict[int, Timer] = {}
        desk.watch(self._ended)

    def switch(self, job_id: int, *, on: bool) -> None:
        """Turn a job on, or off with its active run."""
        self._forget(job_id)
        if on:
            self._failures[job_id] = 0
            self._start_if_idle(job_id)
        else:
            for run in self._desk.active(job_id):
                self._desk.cancel(run)

    def close(self) -> None:
        """Start nothing any more."""
        for job_id in list(self._failures):
            self._forget(job_id)

    def _forget(self, job_id: int) -> None:
        self._failures.pop(job_id, None)
        timer = self._timers.pop(job_id, None)
        if timer is not None:
            timer.cancel()

    def _ended(self, run: Run) -> None:
        job_id = run.request.job_id
        if job_id not in self._failures:
            return
        failed = run.result not in {Result.SUCCESS, Result.CANCELED}
        steady = run.running_ms > 0 and run.ended_ms - run.running_ms > STEADY_MS
        self._failures[job_id] = 0 if steady or not failed else self._failures[job_id] + 1
        doublings = min(max(self._failures[job_id] - 1, 0), _MOST_DOUBLINGS)
        pause = min(FIRST_PAUSE_S * 2**doublings, LONGEST_PAUSE_S)
        self._timers[job_id] = self._clock.later(pause, lambda: self._start_if_idle(job_id))

    def _start_if_idle(self, job_id: int) -> None:
        self._timers.pop(job_id, None)
        if not self._desk.active(job_id):
            self._start(job_id)
