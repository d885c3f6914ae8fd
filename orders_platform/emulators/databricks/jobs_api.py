"""The Jobs API, 2.1 and 2.2, and what the SDK asks of clusters."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from starlette.routing import Route

from orders_platform.emulators.databricks.answers import cluster_answer, job_answer, output_answer, page_of, run_answer
from orders_platform.emulators.databricks.cluster import CLUSTER_ID
from orders_platform.emulators.databricks.endpoint import Call, endpoint
from orders_platform.emulators.databricks.errors import InvalidParameter
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.requests import read_submission
from orders_platform.emulators.databricks.runs import Run
from orders_platform.emulators.databricks.service import Service

_MOST_JOBS: Final = 100
_MOST_RUNS: Final = 25
_USUAL: Final = 20
# as the real one's
_MOST_LOG: Final = 5_000_000


class JobsApi:
    """Jobs and runs of a service."""

    def __init__(self, service: Service) -> None:
        """Serve `service`."""
        self._service = service
        self._jobs = service.jobs
        self._desk = service.desk

    def routes(self) -> list[Route]:
        """What is served."""
        asked = {"get": self._get, "list": self._list, "runs/get": self._run, "runs/list": self._runs}
        done = {
            "create": self._create,
            "update": self._update,
            "reset": self._reset,
            "delete": self._delete,
            "run-now": self._run_now,
            "runs/submit": self._submit,
            "runs/cancel": self._cancel,
            "runs/cancel-all": self._cancel_all,
        }
        clusters = {"get": self._cluster, "list": self._clusters}
        return [
            *_routes("jobs", {**asked, "runs/get-output": self._output}, "GET"),
            *_routes("jobs", done, "POST"),
            *_routes("clusters", clusters, "GET"),
        ]

    def _create(self, body: Fields) -> dict[str, Any]:
        return {"job_id": self._jobs.create(body).job_id}

    def _get(self, query: Fields) -> dict[str, Any]:
        return job_answer(self._jobs.job(query.need_number("job_id")))

    def _list(self, query: Fields) -> dict[str, Any]:
        whole = query.flag("expand_tasks")
        jobs = [job_answer(job, whole=whole) for job in self._jobs.newest_first(query.text("name"))]
        return page_of("jobs", jobs, _offset(query), _limit(query, _MOST_JOBS))

    def _update(self, body: Fields) -> dict[str, Any]:
        self._jobs.update(body)
        return {}

    def _reset(self, body: Fields) -> dict[str, Any]:
        self._jobs.reset(body)
        return {}

    def _delete(self, body: Fields) -> dict[str, Any]:
        self._jobs.delete(body.need_number("job_id"))
        return {}

    def _run_now(self, body: Fields) -> dict[str, Any]:
        return _number(self._jobs.run_now(body))

    def _submit(self, body: Fields) -> dict[str, Any]:
        return _number(self._desk.take(read_submission(body)))

    def _run(self, query: Fields) -> dict[str, Any]:
        return run_answer(self._desk.run(query.need_number("run_id")), self._service.url)

    def _runs(self, query: Fields) -> dict[str, Any]:
        found = list(_chosen(self._desk.newest_first(query.number("job_id")), query))
        whole = query.flag("expand_tasks")
        offset, limit = _offset(query), _limit(query, _MOST_RUNS)
        answers = [run_answer(run, self._service.url, whole=whole) for run in found]
        return page_of("runs", answers, offset, limit)

    def _output(self, query: Fields) -> dict[str, Any]:
        run = self._desk.run(query.need_number("run_id"))
        log, is_cut = self._desk.printed(run, _MOST_LOG)
        return output_answer(run, self._service.url, log=log, is_cut=is_cut)

    def _cancel(self, body: Fields) -> dict[str, Any]:
        self._desk.cancel(self._desk.run(body.need_number("run_id")))
        return {}

    def _cancel_all(self, body: Fields) -> dict[str, Any]:
        job_id = body.number("job_id")
        if job_id is None and not body.flag("all_queued_runs"):
            raise InvalidParameter("job_id must be given")
        for run in self._desk.active(job_id):
            if not body.flag("all_queued_runs") or run.state == "QUEUED":
                self._desk.cancel(run)
        return {}

    def _cluster(self, query: Fields) -> dict[str, Any]:
        cluster_id = query.need_text("cluster_id")
        if cluster_id != CLUSTER_ID:
            raise InvalidParameter(f"Cluster {cluster_id} does not exist")
        return cluster_answer(self._service.cluster)

    def _clusters(self, _: Fields) -> dict[str, Any]:
        return {"clusters": [cluster_answer(self._service.cluster)]}


def _routes(group: str, calls: Mapping[str, Call], method: str) -> Iterable[Route]:
    for name, call in calls.items():
        for version in ("2.0", "2.1", "2.2"):
            yield Route(f"/api/{version}/{group}/{name}", endpoint(call, method), methods=[method])


def _number(run: Run) -> dict[str, Any]:
    return {"run_id": run.run_id, "number_in_job": run.run_id}


def _chosen(runs: Iterable[Run], query: Fields) -> Iterable[Run]:
    active, completed = query.flag("active_only"), query.flag("completed_only")
    if active and completed:
        raise InvalidParameter("active_only and completed_only exclude each other")
    since, until = query.number("start_time_from"), query.number("start_time_to")
    for run in runs:
        wanted = run.is_active if active else not (completed and run.is_active)
        if wanted and (since or 0) <= run.created_ms <= (until or run.created_ms):
            yield run


def _offset(query: Fields) -> int:
    return query.number("page_token") or query.number("offset") or 0


def _limit(query: Fields, most: int) -> int:
    limit = query.number("limit")
    if limit is not None and limit > most:
        raise InvalidParameter(f"limit must be at most {most}")
    return _USUAL if limit is None else limit or most
