"""The job that runs all along, as others have it stand still: on a real service, with a task that streams nothing of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import Continuous, Job, JobSettings, PauseStatus, SparkPythonTask, Task

from orders_platform.errors import SettingsError
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks import continuous_job as job_of
from orders_platform.settings import Settings
from orders_platform_tests.emulators.databricks.service_process import PATIENCE_S, TASK, ServiceProcess
from orders_platform_tests.local.waiting import wait_until

pytestmark = [pytest.mark.spark, pytest.mark.integration]
SETTINGS = Settings.from_env({"ORDERS_ENVIRONMENT": "prod", "ORDERS_MODE": "continuous"})


@pytest.fixture
def client(service: ServiceProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkspaceClient]:
    """Of a workspace with the job, at work."""
    for name, value in service.settings.items():
        monkeypatch.setenv(name, value)
    task = Task(
        "stream", existing_cluster_id="local", spark_python_task=SparkPythonTask(str(TASK), ["stream", str(tmp_path / "b")])
    )
    always = Continuous(pause_status=PauseStatus.UNPAUSED)
    made = service.client.jobs.create(name=job_of.job_name(SETTINGS), tasks=[task], continuous=always)
    try:
        yield service.client
    finally:
        service.client.jobs.delete(made.job_id or 0)
        wait_until(lambda: not any(service.client.jobs.list_runs(job_id=made.job_id, active_only=True)), PATIENCE_S)


def test_the_job_stands_still_while_a_run_writes_and_goes_on_after_it(client: WorkspaceClient) -> None:
    with job_of.paused(client, SETTINGS, "run-1"):
        assert not _runs(client)
        assert job_of.paused_for(_job(client)) == "run-1"

    assert _runs(client)
    assert job_of.paused_for(_job(client)) == ""


def test_a_job_that_a_person_has_paused_stays_so(client: WorkspaceClient) -> None:
    paused = Continuous(pause_status=PauseStatus.PAUSED)
    client.jobs.update(_job(client).job_id or 0, new_settings=JobSettings(continuous=paused))

    with job_of.paused(client, SETTINGS, "run-1"):
        pass

    assert job_of.is_paused(_job(client))
    assert job_of.paused_for(_job(client)) == ""


def test_passes_of_the_other_mode_wait_until_the_job_has_come_to_rest(client: WorkspaceClient) -> None:
    asked = job_of.give_way(client, SETTINGS)

    assert asked.endswith("is paused: ORDERS_MODE is backlog")
    wait_until(lambda: job_of.give_way(client, SETTINGS) == "", PATIENCE_S)
    assert not _runs(client)
    assert job_of.paused_for(_job(client)) == "backlog"


def test_a_job_that_was_made_twice_is_told_and_neither_runs(service: ServiceProcess) -> None:
    """The answer to the first request was lost on its way."""
    settings = Settings.from_env({"ORDERS_ENVIRONMENT": "dev", "ORDERS_CLUSTER": "local"})
    for _ in range(2):
        job_of.make(service.client, settings, Work(mode="continuous", generation="g"))

    with pytest.raises(SettingsError, match="delete all but one, or set ORDERS_CONTINUOUS_JOB"):
        job_of.find(service.client, settings)

    for job in service.client.jobs.list(name=job_of.job_name(settings)):
        assert not any(service.client.jobs.list_runs(job_id=job.job_id))
        service.client.jobs.delete(job.job_id or 0)


def test_where_there_is_no_such_job_nothing_waits_for_it(service: ServiceProcess) -> None:
    assert job_of.give_way(service.client, SETTINGS) == ""


def test_the_job_is_not_made_on_serverless_which_has_no_end_for_it(service: ServiceProcess) -> None:
    with pytest.raises(SettingsError, match="ORDERS_CONTINUOUS_JOB"):
        job_of.make(service.client, SETTINGS, Work(mode="continuous"))


def _job(client: WorkspaceClient) -> Job:
    found = job_of.find(client, SETTINGS)
    assert found
    return found


def _runs(client: WorkspaceClient) -> bool:
    return any(client.jobs.list_runs(job_id=_job(client).job_id, active_only=True))
