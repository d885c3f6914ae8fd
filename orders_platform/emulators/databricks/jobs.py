"""Jobs: settings that are kept, and runs of them. A schedule is kept and answered, but nothing is started by it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orders_platform.emulators.databricks.clock import Clock
from orders_platform.emulators.databricks.continuous import Continuous
from orders_platform.emulators.databricks.desk import Desk
from orders_platform.emulators.databricks.errors import InvalidParameter, InvalidState
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.requests import is_continuous, is_on, merged, read_run_now, read_settings
from orders_platform.emulators.databricks.runs import CONTINUOUS, Run
from orders_platform.emulators.databricks.store import JOB, Store


@dataclass(frozen=True, slots=True)
class Job:
    """A job, with its settings in the API's words."""

    job_id: int
    created_ms: int
    settings: dict[str, Any]


class Jobs:
    """All jobs."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        """Take up what `store` holds."""
        self._store = store
        self._desk = desk
        self._clock = clock
        self._jobs = {document["job_id"]: Job(**document) for document in store.documents(JOB)}
        self._continuous = Continuous(desk, clock, self._start_continuous)

    def open(self) -> None:
        """Start the continuous jobs."""
        for job in self._jobs.values():
            self._continuous.switch(job.job_id, on=is_on(job.settings))

    def close(self) -> None:
        """Start no more runs by itself."""
        self._continuous.close()

    def create(self, body: Fields) -> Job:
        """A new job."""
        return self._keep(Job(self._store.next_number(), self._clock.now_ms(), read_settings(body)))

    def job(self, job_id: int) -> Job:
        """A job. Raises InvalidParameter where there is none."""
        if job_id not in self._jobs:
            raise InvalidParameter(f"Job {job_id} does not exist.")
        return self._jobs[job_id]

    def newest_first(self, name: str | None) -> Iterator[Job]:
        """All jobs, or those of a name, whatever its case."""
        for job in reversed(self._jobs.values()):
            if name is None or str(job.settings["name"]).lower() == name.lower():
                yield job

    def update(self, body: Fields) -> None:
        """Change some settings."""
        job = self.job(body.need_number("job_id"))
        self._keep(Job(job.job_id, job.created_ms, read_settings(Fields(merged(job.settings, body)))))

    def reset(self, body: Fields) -> None:
        """Change all settings."""
        job = self.job(body.need_number("job_id"))
        self._keep(Job(job.job_id, job.created_ms, read_settings(body.fields("new_settings"))))

    def delete(self, job_id: int) -> None:
        """Drop a job. A run of it goes on to its end, but a continuous job's is cancelled."""
        job = self.job(job_id)
        del self._jobs[job_id]
        self._store.forget(JOB, job_id)
        self._switch(job, on=False)

    def run_now(self, body: Fields) -> Run:
        """A run of a job. Raises InvalidState where it is a continuous one that has a run."""
        job = self.job(body.need_number("job_id"))
        request = read_run_now(job.job_id, job.settings, body)
        known = self._desk.known(request)
        if known is not None:
            return known
        if is_continuous(job.settings) and self._desk.active(job.job_id):
            raise InvalidState(f"Job {job.job_id} is continuous and has an active run: it has one at a time")
        return self._desk.take(request)

    def _keep(self, job: Job) -> Job:
        before = self._jobs.get(job.job_id)
        self._jobs[job.job_id] = job
        self._store.keep(JOB, job.job_id, {"job_id": job.job_id, "created_ms": job.created_ms, "settings": job.settings})
        if is_continuous(job.settings) or (before is not None and is_continuous(before.settings)):
            self._continuous.switch(job.job_id, on=is_on(job.settings))
        return job

    def _switch(self, job: Job, *, on: bool) -> None:
        if is_continuous(job.settings):
            self._continuous.switch(job.job_id, on=on)

    def _start_continuous(self, job_id: int) -> None:
        request = read_run_now(job_id, self._jobs[job_id].settings, Fields({}))
        self._desk.take(request.of_trigger(CONTINUOUS))
