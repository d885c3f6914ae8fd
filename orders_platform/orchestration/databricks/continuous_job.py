"""The Databricks job that runs all along: made where it is missing, told of a new hub, paused while other work writes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import (
    Continuous,
    Job,
    JobParameterDefinition,
    JobSettings,
    PauseStatus,
    Task,
)

from orders_platform.errors import SettingsError, WorkspaceError
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks.submission import environments, task
from orders_platform.settings import Settings

# On a job that is paused for a Dagster run: which one, so that a run that died does not leave it paused.
PAUSED_FOR: Final = "orders_platform_paused_for"
_STOP_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.5


def job_name(settings: Settings) -> str:
    """One job an environment."""
    return f"orders_platform continuous ({settings.environment})"


def find(client: WorkspaceClient, settings: Settings) -> Job | None:
    """The job that settings name, or the one that was made under our name; None where there is none."""
    if settings.job.job_id is not None:
        return client.jobs.get(settings.job.job_id)
    found = next(iter(client.jobs.list(name=job_name(settings))), None)
    return client.jobs.get(found.job_id) if found and found.job_id else None


def make(client: WorkspaceClient, settings: Settings, work: Work) -> str:
    """Make the job, which starts to run at once. Raises SettingsError where it would be serverless."""
    if settings.job.cluster_id is None and settings.job.new_cluster is None:
        # https://learn.microsoft.com/azure/databricks/compute/serverless/limitations: only Trigger.AvailableNow
        raise SettingsError("a job that runs all along needs a cluster, serverless has none for it: set ORDERS_CLUSTER")
    parameters = work.parameters()
    references = {name: f"{{{{job.parameters.{name}}}}}" for name in parameters}
    made = client.jobs.create(
        name=job_name(settings),
        tasks=[Task.from_dict(task(settings.job, references))],
        environments=environments(settings.job),
        parameters=[JobParameterDefinition(name=name, default=value) for name, value in parameters.items()],
        continuous=Continuous(pause_status=PauseStatus.UNPAUSED),
        max_concurrent_runs=1,
    )
    return f"job {made.job_id} was made"


def keep_up(client: WorkspaceClient, job: Job, work: Work) -> str:
    """Tell the job of a hub that was made anew, or got more partitions; what it does, in a few words."""
    if is_paused(job):
        return f"job {job.job_id} is paused"
    wanted = work.parameters()
    known = {each.name: each.default for each in _settings(job).parameters or ()}
    # tails move all along; which partitions there are counts
    if _hub_of(wanted) != _hub_of(known):
        parameters = [JobParameterDefinition(name=name, default=wanted.get(name, value)) for name, value in known.items()]
        client.jobs.update(_number(job), new_settings=JobSettings(parameters=parameters))
        client.jobs.cancel_all_runs(job_id=_number(job))
        return f"job {job.job_id} starts anew: its hub has changed"
    return f"job {job.job_id} {running(client, job)}"


def running(client: WorkspaceClient, job: Job) -> str:
    """What its newest run does, in Databricks' words."""
    run = next(iter(client.jobs.list_runs(job_id=job.job_id, limit=1)), None)
    state = run.state.life_cycle_state if run and run.state else None
    return f"is {state.value.lower()}" if state else "has not run yet"


def is_paused(job: Job) -> bool:
    """Whether somebody stopped it."""
    continuous = _settings(job).continuous
    return continuous is not None and continuous.pause_status is PauseStatus.PAUSED


def paused_for(job: Job) -> str:
    """The Dagster run that it is paused for; empty where a person did it."""
    return (_settings(job).tags or {}).get(PAUSED_FOR, "")


def unpause(client: WorkspaceClient, job: Job) -> None:
    """Let it go on."""
    _set(client, job, PauseStatus.UNPAUSED, "")


@contextmanager
def paused(client: WorkspaceClient, settings: Settings, run_id: str) -> Iterator[None]:
    """Keep the job from writing while another run does; one that was paused before stays so."""
    job = find(client, settings)
    if job is None or is_paused(job):
        yield
        return
    _set(client, job, PauseStatus.PAUSED, run_id)
    try:
        _wait_until_idle(client, job)
        yield
    finally:
        unpause(client, job)


def _set(client: WorkspaceClient, job: Job, status: PauseStatus, run_id: str) -> None:
    tags = {name: value for name, value in (_settings(job).tags or {}).items() if name != PAUSED_FOR}
    change = JobSettings(continuous=Continuous(pause_status=status), tags=tags | ({PAUSED_FOR: run_id} if run_id else {}))
    client.jobs.update(_number(job), new_settings=change)


def _wait_until_idle(client: WorkspaceClient, job: Job) -> None:
    client.jobs.cancel_all_runs(job_id=_number(job))
    until = time.monotonic() + _STOP_SECONDS
    while any(True for _ in client.jobs.list_runs(job_id=job.job_id, active_only=True)):
        if time.monotonic() > until:
            raise WorkspaceError(f"job {job.job_id} does not stop within {_STOP_SECONDS:.0f} s: cancel its run in Databricks")
        time.sleep(_LOOK_SECONDS)


def _hub_of(parameters: dict[str, str]) -> tuple[object, ...]:
    tails = parameters.get("tails", "")
    return parameters.get("generation"), tails.count(":"), parameters.get("settings")


def _settings(job: Job) -> JobSettings:
    return job.settings or JobSettings()


def _number(job: Job) -> int:
    return job.job_id or 0
