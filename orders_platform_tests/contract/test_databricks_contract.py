"""What holds for a Databricks workspace: the jobs service on this machine always, and a real one where settings name it.

For a real one set ORDERS_CONTRACT_DATABRICKS to a folder in one of its volumes, the SDK's own settings (DATABRICKS_HOST, ...),
and ORDERS_CLUSTER to the cluster to use; without that, runs are serverless.
"""

import io
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied, Unauthenticated
from databricks.sdk.service.compute import Environment
from databricks.sdk.service.jobs import JobEnvironment, JobParameterDefinition, Run, SparkPythonTask, SubmitTask, Task

from orders_platform_tests.emulators.databricks.service_process import client_of, ended, life_of, message_of, result_of
from orders_platform_tests.emulators.databricks.shared_service import service
from orders_platform_tests.local.waiting import wait_until

__all__ = ["service"]

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.contract]

OURS, GIVEN = "ours", "given"
FOLDER, CLUSTER = "ORDERS_CONTRACT_DATABRICKS", "ORDERS_CLUSTER"
WORKSPACES = [OURS] + ([GIVEN] if os.environ.get(FOLDER) else [])
MISSING = 987_654_321_987_654
PROGRAM = """
import sys, time
print(sys.argv[1:], flush=True)
if "fail" in sys.argv:
    raise ValueError("no such shop")
if "sleep" in sys.argv:
    time.sleep(600)
"""


@dataclass(frozen=True, slots=True)
class WorkspaceUnderTest:
    """A workspace, a folder in a volume of it with the program in it, and a cluster; None: serverless."""

    client: WorkspaceClient
    folder: str
    cluster: str | None

    @property
    def target(self) -> dict[str, Any]:
        return {"existing_cluster_id": self.cluster} if self.cluster else {"environment_key": "any"}

    def program(self, *words: str) -> SparkPythonTask:
        return SparkPythonTask(f"{self.folder}/program.py", parameters=list(words))

    def submit(self, *words: str, token: str | None = None) -> int:
        task = SubmitTask(task_key="only", spark_python_task=self.program(*words), **self.target)
        environment = JobEnvironment("any", Environment(environment_version="4"))
        waiting = self.client.jobs.submit(
            run_name="contract",
            tasks=[task],
            environments=None if self.cluster else [environment],
            idempotency_token=token,
        )
        return int(waiting.bind()["run_id"])

    def output(self, run: Run) -> Any:
        return self.client.jobs.get_run_output((run.tasks or [])[0].run_id or 0)


@pytest.fixture(scope="module", params=WORKSPACES)
def workspace(request: pytest.FixtureRequest) -> Iterator[WorkspaceUnderTest]:
    """The workspace; the folder is the tests' own, and removed at the end."""
    name = f"contract-{uuid.uuid4()}"
    if request.param == OURS:
        ours = request.getfixturevalue("service")
        made = WorkspaceUnderTest(ours.client, f"{ours.home}/{name}", "local")
    else:
        made = WorkspaceUnderTest(WorkspaceClient(), f"{os.environ[FOLDER]}/{name}", os.environ.get(CLUSTER))
    made.client.files.create_directory(made.folder)
    made.client.files.upload(f"{made.folder}/program.py", io.BytesIO(PROGRAM.encode()))
    yield made
    for entry in made.client.files.list_directory_contents(made.folder):
        made.client.files.delete(entry.path or "")
    made.client.files.delete_directory(made.folder)


@pytest.fixture
def job_id(workspace: WorkspaceUnderTest) -> Iterator[int]:
    """A job that is there for one test."""
    task = Task(
        task_key="only", spark_python_task=workspace.program("{{job.parameters.day}}"), existing_cluster_id=workspace.cluster
    )
    if not workspace.cluster:
        task.environment_key = "any"
    made = workspace.client.jobs.create(
        name=f"contract {uuid.uuid4()}",
        tasks=[task],
        environments=None if workspace.cluster else [JobEnvironment("any", Environment(environment_version="4"))],
        parameters=[JobParameterDefinition(name="day", default="monday")],
    )
    yield made.job_id or 0
    workspace.client.jobs.delete(made.job_id or 0)


def test_a_job_is_created_found_changed_and_deleted(workspace: WorkspaceUnderTest, job_id: int) -> None:
    from databricks.sdk.service.jobs import JobSettings

    jobs = workspace.client.jobs
    before = jobs.get(job_id).settings
    assert before is not None
    name = before.name or ""

    found = [job.job_id for job in jobs.list(name=name.upper())]
    jobs.update(job_id, new_settings=JobSettings(timeout_seconds=900))

    settings = jobs.get(job_id).settings
    assert found == [job_id]
    assert settings is not None
    assert (settings.name, settings.timeout_seconds, settings.max_concurrent_runs) == (name, 900, 1)
    assert [task.task_key for task in settings.tasks or []] == ["only"]


def test_a_job_runs_with_this_calls_parameters(workspace: WorkspaceUnderTest, job_id: int) -> None:
    jobs = workspace.client.jobs
    token = str(uuid.uuid4())
    asked: dict[str, Any] = {"job_parameters": {"day": "friday"}, "idempotency_token": token}
    run_id = jobs.run_now(job_id, **asked).bind()["run_id"]

    again = jobs.run_now(job_id, **asked).bind()["run_id"]

    run = ended(workspace.client, run_id)
    assert again == run_id
    assert [(each.name, each.default, each.value) for each in run.job_parameters or []] == [("day", "monday", "friday")]
    assert "['friday']" in (workspace.output(run).logs or "")
    assert [each.run_id for each in jobs.list_runs(job_id=job_id)] == [run_id]


def test_a_submitted_run_ends_well_and_once(workspace: WorkspaceUnderTest) -> None:
    token = str(uuid.uuid4())
    run_id = workspace.submit("hello", token=token)

    again = workspace.submit("hello", token=token)

    run = ended(workspace.client, run_id)
    assert again == run_id
    assert (life_of(run), result_of(run)) == ("TERMINATED", "SUCCESS")
    assert (run.run_name, [task.task_key for task in run.tasks or []]) == ("contract", ["only"])
    assert "['hello']" in (workspace.output(run).logs or "")
    assert (run.end_time or 0) >= (run.start_time or 0) > 0


def test_a_failed_run_tells_why(workspace: WorkspaceUnderTest) -> None:
    run = ended(workspace.client, workspace.submit("fail"))

    output = workspace.output(run)
    assert (life_of(run), result_of(run)) == ("TERMINATED", "FAILED")
    assert message_of(run)
    assert "no such shop" in (output.error or "")
    assert "ValueError" in (output.error_trace or "")


def test_a_cancelled_run_ends_cancelled(workspace: WorkspaceUnderTest) -> None:
    run_id = workspace.submit("sleep")
    wait_until(lambda: life_of(workspace.client.jobs.get_run(run_id)) == "RUNNING", 600)

    workspace.client.jobs.cancel_run(run_id)

    run = ended(workspace.client, run_id)
    assert (life_of(run), result_of(run)) == ("TERMINATED", "CANCELED")
    workspace.client.jobs.cancel_run(run_id)


def test_a_file_goes_there_and_back(workspace: WorkspaceUnderTest) -> None:
    files, path = workspace.client.files, f"{workspace.folder}/file"
    files.upload(path, io.BytesIO(b"old"))

    files.upload(path, io.BytesIO(b"newer"), overwrite=True)

    contents = files.download(path).contents
    assert contents is not None
    with contents:
        assert contents.read() == b"newer"
    entries = {entry.name: entry for entry in files.list_directory_contents(workspace.folder)}
    assert (entries["file"].path, entries["file"].file_size, entries["file"].is_directory) == (path, 5, False)
    files.delete(path)
    with pytest.raises(NotFound):
        files.download(path)


def test_what_is_missing_is_told_by_its_class(workspace: WorkspaceUnderTest) -> None:
    client = workspace.client

    with pytest.raises(NotFound):
        client.jobs.get(MISSING)
    with pytest.raises(NotFound):
        client.jobs.get_run(MISSING)
    with pytest.raises(InvalidParameterValue):
        client.jobs.cancel_run(MISSING)
    with pytest.raises(NotFound):
        client.files.get_metadata(f"{workspace.folder}/missing")
    with pytest.raises(NotFound):
        list(client.files.list_directory_contents(f"{workspace.folder}/missing"))


def test_a_wrong_token_is_refused(workspace: WorkspaceUnderTest) -> None:
    stranger = client_of(workspace.client.config.host or "", "dapi00000000000000000000000000000000")

    with pytest.raises((PermissionDenied, Unauthenticated)):
        stranger.jobs.get(MISSING)
    with pytest.raises((PermissionDenied, Unauthenticated)):
        stranger.files.get_metadata(f"{workspace.folder}/program.py")
