"""The Databricks job that runs all along: made where it is missing, told of a new hub, paused while other work writes.

A person who pauses it is obeyed. Who else pauses it leaves a tag with the reason, so that it goes on when that is over.
"""

import time
from collections.abc import Callable, Iterator
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
from orders_platform.workspace import BRIEF_SECONDS, workspace

# The tag: the Dagster run that it is paused for, or the mode in which passes are started one by one.
PAUSED_FOR: Final = "orders_platform_paused_for"
_PAUSED, _UNPAUSED = (Continuous(pause_status=status) for status in (PauseStatus.PAUSED, PauseStatus.UNPAUSED))
_STOP_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.5


def job_name(settings: Settings) -> str:
    """One job an environment."""
    return f"orders_platform continuous ({settings.environment})"


def find(client: WorkspaceClient, settings: Settings) -> Job | None:
    """The job that settings name, or the one of our name; None where there is none. Raises SettingsError for several."""
    if settings.job.continuous_job_id is not None:
        return client.jobs.get(settings.job.continuous_job_id)
    found = [job.job_id for job in client.jobs.list(name=job_name(settings)) if job.job_id]
    if len(found) > 1:
        raise SettingsError(
            f"jobs {', '.join(map(str, found))} are all named {job_name(settings)}, and two would write the same tables: "
            "delete all but one, or set ORDERS_CONTINUOUS_JOB to its number"
        )
    return client.jobs.get(found[0]) if found else None


def make(client: WorkspaceClient, settings: Settings, work: Work) -> str:
    """Make the job, still paused: where a lost answer has it made twice, neither runs. Raises SettingsError for serverless."""
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
        continuous=Continuous(pause_status=PauseStatus.PAUSED),
        tags={PAUSED_FOR: BACKLOG},
        max_concurrent_runs=1,
    )
    return f"job {made.job_id} was made, and starts at the next look"


def keep_up(client: WorkspaceClient, job: Job, work: Work) -> str:
    """Tell the job of a hub that was made anew, or got more partitions; what it does, in a few words."""
    if is_paused(job):
        return f"job {job.job_id} is paused: {paused_for(job) or 'somebody did it'}"
    # tails move all along; which partitions there are counts
    if _hub_of(work.parameters()) != _hub_of(_known(job)):
        client.jobs.update(_number(job), new_settings=JobSettings(parameters=_parameters(job, work)))
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


def go_on(client: WorkspaceClient, job: Job, work: Work) -> None:
    """Let it run, told of the hub as it is now."""
    _set(client, job, JobSettings(continuous=_UNPAUSED, parameters=_parameters(job, work)))


@contextmanager
def paused(client: WorkspaceClient, settings: Settings, run_id: str) -> Iterator[None]:
    """Keep the job from writing while another run does; one that a person paused stays so."""
    job = find(client, settings)
    if job is None or (is_paused(job) and not paused_for(job)):
        yield
        return
    _pause(client, job, run_id)
    try:
        _wait_until(lambda: not _has_run(client, job), job)
        yield
    finally:
        # whoever ends this may have little time
        _release(workspace(BRIEF_SECONDS), settings, run_id)


def _release(client: WorkspaceClient, settings: Settings, run_id: str) -> None:
    job = find(client, settings)
    if job is not None and paused_for(job) == run_id:
        _set(client, job, JobSettings(continuous=_UNPAUSED))


def give_way(client: WorkspaceClient, settings: Settings) -> str:
    """Pause the job while passes are started one by one; what they have still to wait for, empty where nothing."""
    job = find(client, settings)
    if job is None:
        return ""
    if not is_paused(job):
        _pause(client, job, BACKLOG)
        return f"job {job.job_id}, which ran all along, is paused: ORDERS_MODE is {BACKLOG}"
    return f"job {job.job_id}, which ran all along, is ending" if _has_run(client, job) else ""


def have_given_way(client: WorkspaceClient, settings: Settings) -> None:
    """Wait until the job is at rest. Raises WorkspaceError where it does not come to it."""
    if give_way(client, settings):
        _wait_until(lambda: not give_way(client, settings), find(client, settings) or Job())


def _pause(client: WorkspaceClient, job: Job, holder: str) -> None:
    _set(client, job, JobSettings(continuous=_PAUSED), holder)
    client.jobs.cancel_all_runs(job_id=_number(job))


def _set(client: WorkspaceClient, job: Job, change: JobSettings, holder: str = "") -> None:
    tags = {name: value for name, value in (_settings(job).tags or {}).items() if name != PAUSED_FOR}
    change.tags = tags | ({PAUSED_FOR: holder} if holder else {})
    # the SDK leaves out what is empty, so the last tag would stay
    client.jobs.update(_number(job), new_settings=change, fields_to_remove=[] if change.tags else ["tags"])


def _wait_until(is_at_rest: Callable[[], bool], job: Job) -> None:
    until = time.monotonic() + _STOP_SECONDS
    while not is_at_rest():
        if time.monotonic() > until:
            raise WorkspaceError(f"job {job.job_id} does not stop within {_STOP_SECONDS:.0f} s: cancel its run in Databricks")
        time.sleep(_LOOK_SECONDS)


def _known(job: Job) -> dict[str, str]:
    return {each.name: each.default for each in _settings(job).parameters or ()}


def _parameters(job: Job, work: Work) -> list[JobParameterDefinition]:
    """Those that the job declares, with the work's values."""
    wanted = work.parameters()
    return [JobParameterDefinition(name=name, default=wanted.get(name, value)) for name, value in _known(job).items()]


def _has_run(client: WorkspaceClient, job: Job) -> bool:
    return any(True for _ in client.jobs.list_runs(job_id=job.job_id, active_only=True))


def _hub_of(parameters: dict[str, str]) -> tuple[object, ...]:
    tails = parameters.get("tails", "")
    return parameters.get("generation"), tails.count(":"), parameters.get("settings")


def _settings(job: Job) -> JobSettings:
    return job.settings or JobSettings()


def _number(job: Job) -> int:
    return job.job_id or 0
