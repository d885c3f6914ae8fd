"""How a run is started: of an existing job, or one of its own on a cluster, on a new cluster or serverless."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import Environment
from databricks.sdk.service.jobs import JobEnvironment, QueueSettings, SubmitTask

from orders_platform.errors import SettingsError
from orders_platform.job_settings import JobSettings
from orders_platform.lakehouse.work import as_words

PACKAGE: Final = "orders_platform"
ENTRY_POINT: Final = "orders-pass"
_TASK: Final = "pass"
# as the bundle's job has it
_LONGEST_SECONDS: Final = 7200
_ENVIRONMENT: Final = "orders_platform"
# https://learn.microsoft.com/azure/databricks/release-notes/serverless/environment-version: 4 has Python 3.12
_ENVIRONMENT_VERSION: Final = "4"


@dataclass(frozen=True, slots=True)
class Submission:
    """A run to be started.

    Attributes:
        parameters: the job's, by name.
        token: the same one never starts a second run; at most 64 characters.
    """

    name: str
    parameters: Mapping[str, str]
    token: str


def run_name(environment: str, pass_id: str) -> str:
    """Name of a submitted run: by it a run is found whose number nobody knows any more."""
    return f"orders_platform pass ({environment}) {pass_id}"


def start(client: WorkspaceClient, job: JobSettings, submission: Submission) -> int:
    """Start it, or find it started already; the number of the Databricks run. Raises SettingsError where a wheel is missing."""
    queue = QueueSettings(enabled=True)
    if job.job_id is not None:
        waiting = client.jobs.run_now(
            job.job_id, job_parameters=dict(submission.parameters), idempotency_token=submission.token, queue=queue
        )
    else:
        waiting = client.jobs.submit(
            run_name=submission.name,
            tasks=[SubmitTask.from_dict(task(job, submission.parameters))],
            environments=environments(job),
            idempotency_token=submission.token,
            queue=queue,
            timeout_seconds=_LONGEST_SECONDS,
        )
    return int(waiting.bind()["run_id"])


def task(job: JobSettings, parameters: Mapping[str, str]) -> dict[str, object]:
    """The task of a run, in the words of the Jobs API: of a submitted run as of a job that is made."""
    described: dict[str, object] = {
        "task_key": _TASK,
        "python_wheel_task": {"package_name": PACKAGE, "entry_point": ENTRY_POINT, "parameters": as_words(parameters)},
    }
    if _is_serverless(job):
        return described | {"environment_key": _ENVIRONMENT}
    described["libraries"] = [{"whl": job.wheel}] if job.wheel else []
    if job.new_cluster is not None:
        return described | {"new_cluster": dict(job.new_cluster)}
    return described | {"existing_cluster_id": job.cluster_id}


def environments(job: JobSettings) -> list[JobEnvironment] | None:
    """What serverless installs; None on a cluster. Raises SettingsError where no wheel is named."""
    if not _is_serverless(job):
        return None
    if not job.wheel:
        raise SettingsError("serverless needs the wheel: set ORDERS_WHEEL to its path in a volume, or name a cluster or a job")
    spec = Environment(environment_version=_ENVIRONMENT_VERSION, dependencies=[job.wheel])
    return [JobEnvironment(environment_key=_ENVIRONMENT, spec=spec)]


def _is_serverless(job: JobSettings) -> bool:
    return job.cluster_id is None and job.new_cluster is None
