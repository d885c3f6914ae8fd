"""The Databricks job that runs all along: made where it is missing, told of a new hub, paused while other work writes.

A person who pauses it is obeyed. Who else pauses it leaves a tag with the reason, so that it goes on when that is over.
"""

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
from orders_platform.settings import BACKLOG, Settings

# The tag: the Dagster run that it is paused for, or the mode in which passes are started one by one.
PAUSED_FOR: Final = "orders_platform_paused_for"
_STOP_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.5


def job_name(settings: Settings) -> str:
    """One job an environment."""
    return f"orders_platform continuous ({settings.environment})"


def find(client: WorkspaceClient, settings: Settings) -> Job | None:
    """The job that settings name, or the one of our name; None where there is none."""
    if settings.job.continuous_job_id is not None:
        return client.jobs.get(settings.job.continuous_job_id)
    found = next(iter(client.jobs.list(name=job_name(settings))), None)
    return client.jobs.get(found.job_id) if found and found.job_id else None


def make(client: WorkspaceClient, settings: Settings, work: Work) -> str:
    """Make the job, which starts to run at once. Raises SettingsError where it would be serverless."""
    if settings.job.cluster_id is None and settings.job.new_cluster is None:
        # https://learn.microsoft.com/azure/databricks/compute/serverless/limitations: only Trigger.AvailableNow
        raise SettingsError(
            "a job that runs all along needs a cluster, serverless has none for it: set ORDERS_CLUSTER, "
            "or ORDERS_CONTINUOUS_JOB to the number of a job that is there"
        )
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
    """What it is paused for: a Dagster run's id, or BACKLOG; empty where a person did it."""
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


def give_way(client: WorkspaceClient, settings: Settings) -> str:
    """Pause the job while passes are started one by one; what they have still to wait for, empty where nothing."""
    job = find(client, settings)
    if job is None:
        return ""
    if not is_paused(job):
        _set(client, job, PauseStatus.PAUSED, BACKLOG)
        client.jobs.cancel_all_runs(job_id=_number(job))
        return f"job {job.job_id}, which ran all along, is paused: ORDERS_MODE is {BACKLOG}"
    return f"job {job.job_id}, which ran all along, is ending" if _has_run(client, job) else ""


def _set(client: WorkspaceClient, job: Job, status: PauseStatus, holder: str) -> None:
    tags = {name: value for name, value in (_settings(job).tags or {}).items() if name != PAUSED_FOR}
    tags |= {PAUSED_FOR: holder} if holder else {}
    change = JobSettings(continuous=Continuous(pause_status=status), tags=tags)
    # the SDK leaves out what is empty, so the last tag would stay
    client.jobs.update(_number(job), new_settings=change, fields_to_remove=[] if tags else ["tags"])


def _wait_until_idle(client: WorkspaceClient, job: Job) -> None:
    client.jobs.cancel_all_runs(job_id=_number(job))
    until = time.monotonic() + _STOP_SECONDS
    while _has_run(client, job):
        if time.monotonic() > until:
            raise WorkspaceError(f"job {job.job_id} does not stop within {_STOP_SECONDS:.0f} s: cancel its run in Databricks")
        time.sleep(_LOOK_SECONDS)


def _has_run(client: WorkspaceClient, job: Job) -> bool:
    return any(True for _ in client.jobs.list_runs(job_id=job.job_id, active_only=True))


def _hub_of(parameters: dict[str, str]) -> tuple[object, ...]:
    tails = parameters.get("tails", "")
    return parameters.get("generation"), tails.count(":"), parameters.get("settings")


def _settings(job: Job) -> JobSettings:
    return job.settings or JobSettings()


def _number(job: Job) -> int:
    return job.job_id or 0
