"""Taking runs in, letting them wait, forgetting them: without a cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.emulators.databricks import desk as desk_module
from orders_platform.emulators.databricks.desk import KEPT_RUNS
from orders_platform.emulators.databricks.errors import InvalidParameter
from orders_platform.emulators.databricks.runs import Result, State
from orders_platform.errors import EnvironmentFault
from orders_platform_tests.emulators.databricks.fakes import FakeWorkspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[FakeWorkspace]:
    made = FakeWorkspace(tmp_path)
    yield made
    made.stop()


def test_a_run_beyond_the_jobs_own_limit_is_skipped(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(max_concurrent_runs=1)

    first, second = workspace.run_now(job_id), workspace.run_now(job_id)

    assert (first.state, second.state) == (State.PENDING, State.SKIPPED)
    assert (second.result, second.message) == (Result.MAXIMUM_CONCURRENT_RUNS_REACHED, "MAXIMUM_CONCURRENT_RUNS_REACHED")


def test_a_run_beyond_the_jobs_own_limit_waits_where_the_job_has_a_queue(workspace: FakeWorkspace) -> None:
    job_id, other = workspace.job(queue={"enabled": True}), workspace.job()
    first, second = workspace.run_now(job_id), workspace.run_now(job_id)

    third = workspace.run_now(other)

    assert (first.state, second.state, third.state) == (State.PENDING, State.QUEUED, State.PENDING)
    workspace.end(first)
    assert second.state == State.PENDING


def test_the_queue_of_the_call_counts_more_than_the_jobs(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(queue={"enabled": False})
    workspace.run_now(job_id)

    assert workspace.run_now(job_id, queue={"enabled": True}).state == State.QUEUED


def test_parameters_of_the_call_stand_over_the_jobs(workspace: FakeWorkspace) -> None:
    task = {
        "task_key": "only",
        "python_wheel_task": {
            "package_name": "shop",
            "entry_point": "main",
            "parameters": ["--day={{job.parameters.day}}", "{{ job.parameters.shop }}", "{{job.parameters.else}}"],
        },
    }
    defaults = [{"name": "day", "default": "2018-12-01"}, {"name": "shop", "default": "one"}]
    job_id = workspace.job(tasks=[task], parameters=defaults)

    run = workspace.run_now(job_id, job_parameters={"day": "2018-12-24"})

    [assignment] = workspace.cluster.started
    assert assignment.task.words == ("--day=2018-12-24", "one", "{{job.parameters.else}}")
    assert run.request.parameters == [
        {"name": "day", "default": "2018-12-01", "value": "2018-12-24"},
        {"name": "shop", "default": "one", "value": "one"},
    ]


def test_a_tokens_run_is_known_after_a_restart(workspace: FakeWorkspace) -> None:
    job_id = workspace.job()
    run = workspace.run_now(job_id, idempotency_token="once")
    workspace.end(run)

    workspace.stop()
    workspace.start()

    assert workspace.run_now(job_id, idempotency_token="once").run_id == run.run_id
    assert workspace.run_now(job_id, idempotency_token="again").run_id != run.run_id


def test_what_was_active_at_the_services_end_is_lost(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(queue={"enabled": True})
    at_work, waiting = workspace.run_now(job_id), workspace.run_now(job_id)

    workspace.stop()
    workspace.start()

    found = [workspace.desk.run(run.run_id) for run in (at_work, waiting)]
    assert [run.state for run in found] == [State.INTERNAL_ERROR, State.INTERNAL_ERROR]
    assert {run.message for run in found} == {"the jobs service was stopped while it ran"}
    assert workspace.cluster.started == []


def test_a_timeout_cancels_a_run_at_work(workspace: FakeWorkspace) -> None:
    run = workspace.run_now(workspace.job(timeout_seconds=30))
    workspace.desk.running(run.run_id)

    workspace.clock.move(29)
    assert workspace.cluster.cancelled == []
    workspace.clock.move(1)
    workspace.end(run, "KeyboardInterrupt: ")

    assert workspace.cluster.cancelled == [run.run_id]
    assert run.result == Result.TIMEDOUT


def test_a_lost_driver_is_no_fault_of_the_run(workspace: FakeWorkspace) -> None:
    run = workspace.run_now(workspace.job())

    workspace.desk.lost(run.run_id, "the Spark driver ended unexpectedly")

    assert (run.state, run.result, run.message) == (State.INTERNAL_ERROR, Result.FAILED, "the Spark driver ended unexpectedly")


def test_the_oldest_runs_are_forgotten_with_their_logs(workspace: FakeWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEPT_RUNS == 1_000
    monkeypatch.setattr(desk_module, "KEPT_RUNS", 2)
    job_id = workspace.job()
    runs = [workspace.run_now(job_id) for _ in range(1)]
    for _ in range(3):
        workspace.end(runs[-1])
        runs.append(workspace.run_now(job_id))

    with pytest.raises(InvalidParameter, match="does not exist"):
        workspace.desk.run(runs[0].run_id)
    assert not workspace.desk.log_of(runs[0]).exists()
    assert workspace.desk.log_of(runs[1]).exists()


def test_a_run_that_is_cancelled_twice_is_cancelled_once(workspace: FakeWorkspace) -> None:
    run = workspace.run_now(workspace.job())

    workspace.desk.cancel(run)
    workspace.desk.cancel(run)
    workspace.end(run)
    workspace.desk.cancel(run)

    assert workspace.cluster.cancelled == [run.run_id]
    assert run.result == Result.CANCELED


def test_an_update_merges_tasks_by_their_keys(workspace: FakeWorkspace) -> None:
    from orders_platform.emulators.databricks.fields import Fields

    job_id = workspace.job(tags={"team": "orders"}, description="old")
    task = {"task_key": "only", "spark_python_task": {"python_file": "other.py"}}

    workspace.jobs.update(Fields({"job_id": job_id, "new_settings": {"tasks": [task]}, "fields_to_remove": ["description"]}))

    settings = workspace.jobs.job(job_id).settings
    assert settings["tasks"] == [task]
    assert settings["tags"] == {"team": "orders"}
    assert "description" not in settings


def test_a_task_in_an_environment_that_nobody_described_is_refused(workspace: FakeWorkspace) -> None:
    """On Azure it would find none of the libraries that it needs."""
    task = {"task_key": "only", "spark_python_task": {"python_file": "task.py"}, "environment_key": "shop"}
    environments = [{"environment_key": "shop", "spec": {"environment_version": "4"}}]

    job_id = workspace.job(tasks=[task], environments=environments)

    assert workspace.run_now(job_id).state == State.PENDING
    for others in ([], [{"environment_key": "other"}]):
        with pytest.raises(InvalidParameter, match="environment_key shop is none of the environments given"):
            workspace.job(tasks=[task], environments=others)


def test_a_folder_in_use_is_refused(workspace: FakeWorkspace) -> None:
    with pytest.raises(EnvironmentFault, match="another jobs service uses"):
        FakeWorkspace(workspace.data)
