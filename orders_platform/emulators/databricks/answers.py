"""Jobs, runs and the cluster in the words of the API."""

from collections.abc import Sequence
from typing import Any, Final

from orders_platform.emulators.databricks.cluster import CLUSTER_ID, LocalCluster
from orders_platform.emulators.databricks.jobs import Job
from orders_platform.emulators.databricks.runs import Result, Run, State

OWNER: Final = "local"
_CODES: Final = {
    Result.SUCCESS: "SUCCESS",
    Result.FAILED: "RUN_EXECUTION_ERROR",
    Result.CANCELED: "USER_CANCELED",
    Result.TIMEDOUT: "CANCELED",
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: "MAX_CONCURRENT_RUNS_EXCEEDED",
}
# what a list leaves out unless asked
_LONG_SETTINGS: Final = ("tasks", "job_clusters", "parameters", "environments")
_LONG_OF_RUN: Final = ("tasks", "job_parameters")


def job_answer(job: Job, *, whole: bool = True) -> dict[str, Any]:
    """A job."""
    settings = {name: value for name, value in job.settings.items() if whole or name not in _LONG_SETTINGS}
    return {
        "job_id": job.job_id,
        "creator_user_name": OWNER,
        "run_as_user_name": OWNER,
        "created_time": job.created_ms,
        "settings": settings,
    }


def run_answer(run: Run, url: str, *, whole: bool = True) -> dict[str, Any]:
    """A run; `url` is the service's own."""
    request = run.request
    shared = {"state": _state(run), "status": _status(run), **_times(run), "attempt_number": 0}
    page = f"{url}/run/{run.run_id}"
    task = {"existing_cluster_id": CLUSTER_ID} | request.task | {"run_id": run.task_run_id, "run_page_url": page} | shared
    answer = {
        "job_id": request.job_id or run.run_id,
        "run_id": run.run_id,
        "number_in_job": run.run_id,
        "original_attempt_run_id": run.run_id,
        "run_name": request.name,
        "run_page_url": page,
        "creator_user_name": OWNER,
        "trigger": request.trigger,
        "run_type": "JOB_RUN" if request.job_id else "SUBMIT_RUN",
        "format": "MULTI_TASK",
        "tasks": [task],
        "job_parameters": request.parameters,
        **shared,
    }
    return {name: value for name, value in answer.items() if whole or name not in _LONG_OF_RUN}


def output_answer(run: Run, url: str, *, log: str, is_cut: bool) -> dict[str, Any]:
    """What a run printed, and why it failed."""
    failed = run.state is State.INTERNAL_ERROR or run.result is Result.FAILED
    return {
        "metadata": run_answer(run, url),
        "logs": log,
        "logs_truncated": is_cut,
        **({"error": run.message, "error_trace": run.trace} if failed else {}),
    }


def cluster_answer(cluster: LocalCluster) -> dict[str, Any]:
    """The cluster."""
    return {
        "cluster_id": CLUSTER_ID,
        "cluster_name": CLUSTER_ID,
        "creator_user_name": OWNER,
        "cluster_source": "API",
        "num_workers": 0,
        "state": cluster.state.value,
        "state_message": "",
    }


def page_of(name: str, answers: Sequence[dict[str, Any]], offset: int, limit: int) -> dict[str, Any]:
    """One page of a list; the token of another page is where it begins."""
    page: dict[str, Any] = {name: answers[offset : offset + limit]}
    page["has_more"] = offset + limit < len(answers)
    if page["has_more"]:
        page["next_page_token"] = str(offset + limit)
    if offset > 0:
        page["prev_page_token"] = str(max(offset - limit, 0))
    return page


def _state(run: Run) -> dict[str, Any]:
    state = {"life_cycle_state": run.state.value, "state_message": run.message}
    if run.result is None:
        return state
    stopped = run.result in {Result.CANCELED, Result.TIMEDOUT}
    return {**state, "result_state": run.result.value, "user_cancelled_or_timedout": stopped}


def _status(run: Run) -> dict[str, Any]:
    if run.result is None:
        return {"state": run.state.value}
    lost = run.state is State.INTERNAL_ERROR
    kind = "SUCCESS" if run.result is Result.SUCCESS else "INTERNAL_ERROR" if lost else "CLIENT_ERROR"
    code = "DRIVER_ERROR" if lost else _CODES[run.result]
    return {"state": "TERMINATED", "termination_details": {"code": code, "type": kind, "message": run.message}}


def _times(run: Run) -> dict[str, int]:
    running = run.running_ms or run.ended_ms
    return {
        "start_time": run.created_ms,
        "end_time": run.ended_ms,
        "queue_duration": max(run.started_ms - run.created_ms, 0),
        "setup_duration": max(running - run.started_ms, 0) if run.started_ms else 0,
        "execution_duration": max(run.ended_ms - running, 0),
        "run_duration": max(run.ended_ms - run.created_ms, 0),
    }
