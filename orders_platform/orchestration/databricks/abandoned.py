"""Databricks runs that nobody follows, found by the Dagster run that they belong to: no other trace of them may be left."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service.jobs import BaseRun

from orders_platform.orchestration.databricks.submission import NAME
from orders_platform.orchestration.databricks.workspace import BRIEF_SECONDS, workspace

_UUID_LENGTH: Final = 36
_CANCEL_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2


def cancel_abandoned(client: WorkspaceClient, job_id: int | None, is_over: Callable[[str], bool]) -> list[int]:
    """Cancel each active run of ours whose Dagster run `is_over`; their numbers. They need a moment to end."""
    return [_cancelled(client, run) for run in _active(client, job_id) if is_over(dagster_run_of(run))]


def at_work(client: WorkspaceClient, job_id: int | None) -> list[int]:
    """Numbers of the runs of ours that have not ended."""
    return [run.run_id or 0 for run in _active(client, job_id) if dagster_run_of(run)]


def cancel_runs_of(job_id: int | None, dagster_run: str) -> None:
    """Cancel what a Dagster run has at work, and wait until it has ended.

    A run that was being started when its step was ended has no known number. A workspace that does not answer soon is left to the
    sensor, which looks for such runs.
    """
    with suppress(DatabricksError, TimeoutError, OSError):
        client = workspace(BRIEF_SECONDS)
        until = time.monotonic() + _CANCEL_SECONDS
        while cancel_abandoned(client, job_id, dagster_run.__eq__) and time.monotonic() < until:
            time.sleep(_LOOK_SECONDS)


def dagster_run_of(run: BaseRun) -> str:
    """Id of the Dagster run that a Databricks run belongs to; empty where it is none of ours."""
    given = next((each.value or "" for each in run.job_parameters or () if each.name == "pass_id"), "")
    name = run.run_name or ""
    return (given or (name.removeprefix(NAME).strip() if name.startswith(NAME) else ""))[:_UUID_LENGTH]


def _active(client: WorkspaceClient, job_id: int | None) -> Iterator[BaseRun]:
    return client.jobs.list_runs(active_only=True, job_id=job_id, limit=25)


def _cancelled(client: WorkspaceClient, run: BaseRun) -> int:
    number = run.run_id or 0
    client.jobs.cancel_run(number)
    return number
