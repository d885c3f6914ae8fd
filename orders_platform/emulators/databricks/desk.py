"""Where runs are taken in, wait for a slot, are stopped, and end; all of it on one event loop."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from orders_platform.emulators.databricks.clock import Clock, Timer
from orders_platform.emulators.databricks.cluster import Cluster
from orders_platform.emulators.databricks.errors import InvalidParameter
from orders_platform.emulators.databricks.requests import task_of, variables_of
from orders_platform.emulators.databricks.runs import STARTED, Request, Result, Run, State
from orders_platform.emulators.databricks.store import RUN, Store
from orders_platform.emulators.databricks.tasks import Assignment, Ending

KEPT_RUNS: Final = 1_000
_SERVICE_STOPPED: Final = "the jobs service was stopped while it ran"
_CANCELED: Final = {Result.CANCELED: "Run cancelled.", Result.TIMEDOUT: "Run timed out: it took longer than timeout_seconds."}


class Desk:
    """All runs, of jobs and on their own."""

    def __init__(self, store: Store, cluster: Cluster, clock: Clock, *, data: Path, slots: int) -> None:
        """Take up what `store` holds; at most `slots` runs are on the cluster at once."""
        self._store = store
        self._cluster = cluster
        self._clock = clock
        self._data = data
        self._slots = slots
        self._timers: dict[int, Timer] = {}
        self._watchers: list[Callable[[Run], None]] = []
        self._runs: dict[int, Run] = {}
        self._by_token: dict[tuple[int, str], int] = {}
        (data / "logs").mkdir(exist_ok=True)
        (data / "scratch").mkdir(exist_ok=True)
        self._load()

    def watch(self, on_end: Callable[[Run], None]) -> None:
        """Call `on_end` with each run that has ended."""
        self._watchers.append(on_end)

    def take(self, request: Request) -> Run:
        """A run for the request: a new one, or the one that its token has got already."""
        known = self.known(request)
        if known is not None:
            return known
        run = Run(self._store.next_number(), self._store.next_number(), request, self._clock.now_ms())
        # before it is known: the disk may refuse
        self.log_of(run).touch(mode=0o600)
        self._runs[run.run_id] = run
        if request.token:
            self._by_token[request.job_id, request.token] = run.run_id
        if not request.waits and request.job_id and len(self.active(request.job_id)) > request.most_at_once:
            self._end(run, Result.MAXIMUM_CONCURRENT_RUNS_REACHED, "MAXIMUM_CONCURRENT_RUNS_REACHED")
            return run
        self._save(run)
        self._fill_slots()
        return run

    def known(self, request: Request) -> Run | None:
        """The run that the request's token has got already."""
        run_id = self._by_token.get((request.job_id, request.token)) if request.token else None
        return None if run_id is None else self._runs[run_id]

    def run(self, run_id: int) -> Run:
        """A run by its number, or by its task's. Raises InvalidParameter where there is none."""
        found = self._runs.get(run_id) or next((run for run in self._runs.values() if run.task_run_id == run_id), None)
        if found is None:
            raise InvalidParameter(f"Run {run_id} does not exist.")
        return found

    def newest_first(self, job_id: int | None = None) -> Iterator[Run]:
        """All runs, or those of a job."""
        runs = reversed(self._runs.values())
        return (run for run in runs if job_id is None or run.request.job_id == job_id)

    def active(self, job_id: int | None = None) -> list[Run]:
        """The runs that have not ended."""
        return [run for run in self.newest_first(job_id) if run.is_active]

    def log_of(self, run: Run) -> Path:
        """The file that has what the run printed."""
        return self._data / "logs" / f"{run.run_id}.log"

    def printed(self, run: Run, most_bytes: int) -> tuple[str, bool]:
        """The end of what the run printed, and whether its beginning is left out."""
        try:
            with self.log_of(run).open("rb") as log:
                size = log.seek(0, os.SEEK_END)
                log.seek(max(size - most_bytes, 0))
                return log.read().decode(errors="replace"), size > most_bytes
        except FileNotFoundError:
            return "", False

    def cancel(self, run: Run, result: Result = Result.CANCELED) -> None:
        """Stop a run; one that is being stopped, or has ended, stays as it is."""
        if run.state is State.QUEUED:
            self._end(run, result, _CANCELED[result])
        elif run.state in {State.PENDING, State.RUNNING}:
            run.state, run.stopping = State.TERMINATING, result
            self._save(run)
            self._cluster.cancel(run.run_id)

    def running(self, run_id: int) -> None:
        """The cluster says that the run's code starts."""
        run = self._runs[run_id]
        run.running_ms = self._clock.now_ms()
        if run.state is State.PENDING:
            run.state = State.RUNNING
            if run.request.timeout_seconds:
                self._timers[run_id] = self._clock.later(run.request.timeout_seconds, lambda: self.cancel(run, Result.TIMEDOUT))
        self._save(run)

    def ended(self, run_id: int, ending: Ending) -> None:
        """The cluster says how the run ended."""
        run = self._runs[run_id]
        run.trace = ending.trace
        if run.stopping:
            self._end(run, run.stopping, _CANCELED[run.stopping])
        else:
            self._end(run, Result.SUCCESS if ending.succeeded else Result.FAILED, ending.fault)

    def lost(self, run_id: int, reason: str) -> None:
        """The cluster says that the run is gone with its driver."""
        run = self._runs[run_id]
        if run.stopping:
            self._end(run, run.stopping, _CANCELED[run.stopping])
        else:
            run.lose(reason, self._clock.now_ms())
            self._after(run)

    def _load(self) -> None:
        for document in self._store.documents(RUN):
            run = Run.of_document(document)
            self._runs[run.run_id] = run
            if run.request.token:
                self._by_token[run.request.job_id, run.request.token] = run.run_id
            if run.is_active:
                run.lose(_SERVICE_STOPPED, self._clock.now_ms())
                self._save(run)

    def _save(self, run: Run) -> None:
        self._store.keep(RUN, run.run_id, run.as_document())

    def _fill_slots(self) -> None:
        """First in, first out; who waits for another run of its own job lets others pass."""
        started = [run for run in self._runs.values() if run.state in STARTED]
        free = self._slots - len(started)
        at_work = Counter(run.request.job_id for run in started)
        for run in [run for run in self._runs.values() if run.state is State.QUEUED]:
            request = run.request
            if free > 0 and (not request.job_id or at_work[request.job_id] < request.most_at_once):
                free -= 1
                at_work[request.job_id] += 1
                self._start(run)

    def _start(self, run: Run) -> None:
        run.state, run.started_ms = State.PENDING, self._clock.now_ms()
        self._save(run)
        task = task_of(run.request.task)
        folder, log = str(self._data / "scratch"), str(self.log_of(run))
        self._cluster.start(Assignment(run.run_id, task, variables_of(run.request.task), folder, log))

    def _end(self, run: Run, result: Result, message: str) -> None:
        run.end(result, message, self._clock.now_ms())
        self._after(run)

    def _after(self, run: Run) -> None:
        timer = self._timers.pop(run.run_id, None)
        if timer is not None:
            timer.cancel()
        self._save(run)
        self._forget_oldest()
        self._fill_slots()
        for watcher in self._watchers:
            watcher(run)

    def _forget_oldest(self) -> None:
        ended = [run for run in self._runs.values() if not run.is_active]
        for run in ended[:-KEPT_RUNS]:
            self._store.forget(RUN, run.run_id)
            self.log_of(run).unlink(missing_ok=True)
            del self._runs[run.run_id]
            if run.request.token:
                self._by_token.pop((run.request.job_id, run.request.token), None)
