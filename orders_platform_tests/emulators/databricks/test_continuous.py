"""Continuous jobs, by a clock that is moved by hand."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.emulators.databricks.errors import InvalidState
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.runs import CONTINUOUS, Result, Run
from orders_platform_tests.emulators.databricks.fakes import FakeWorkspace

ON, OFF = {"pause_status": "UNPAUSED"}, {"pause_status": "PAUSED"}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[FakeWorkspace]:
    made = FakeWorkspace(tmp_path)
    yield made
    made.stop()


def failed_after(workspace: FakeWorkspace, run: Run, seconds: float) -> None:
    workspace.desk.running(run.run_id)
    workspace.clock.move(seconds)
    workspace.end(run, "ValueError: no")


def pause(workspace: FakeWorkspace, job_id: int, *, continuous: dict[str, str]) -> None:
    workspace.jobs.update(Fields({"job_id": job_id, "new_settings": {"continuous": continuous}}))


def test_a_run_starts_with_the_job_and_again_when_it_ends(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    first = workspace.active(job_id)

    workspace.end(first)
    workspace.clock.move(1)

    second = workspace.active(job_id)
    assert first.request.trigger == second.request.trigger == CONTINUOUS
    assert first.run_id != second.run_id


def test_failures_make_pauses_longer_up_to_a_minute(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    pauses = []

    for _ in range(8):
        failed_after(workspace, workspace.active(job_id), 1)
        pauses += workspace.clock.pauses
        workspace.clock.move(workspace.clock.pauses[0])

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_long_run_makes_up_for_failures(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    pauses = []

    for seconds in (1, 1, 61):
        failed_after(workspace, workspace.active(job_id), seconds)
        pauses += workspace.clock.pauses
        workspace.clock.move(pauses[-1])

    assert pauses == [1, 2, 1]


def test_a_cancelled_run_is_followed_by_another(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    run = workspace.active(job_id)

    workspace.desk.cancel(run)
    workspace.end(run, "KeyboardInterrupt: ")
    workspace.clock.move(1)

    assert run.result == Result.CANCELED
    assert workspace.active(job_id).run_id != run.run_id


def test_pausing_cancels_the_run_and_starts_no_other(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    run = workspace.active(job_id)

    pause(workspace, job_id, continuous=OFF)
    workspace.end(run, "KeyboardInterrupt: ")
    workspace.clock.move(600)

    assert workspace.cluster.cancelled == [run.run_id]
    assert workspace.desk.active(job_id) == []
    pause(workspace, job_id, continuous=ON)
    assert workspace.active(job_id).run_id != run.run_id


def test_a_pause_between_two_runs_holds(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    workspace.end(workspace.active(job_id))

    pause(workspace, job_id, continuous=OFF)
    workspace.clock.move(600)

    assert workspace.desk.active(job_id) == []


def test_a_deleted_job_is_not_started_again(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)
    run = workspace.active(job_id)

    workspace.jobs.delete(job_id)
    workspace.end(run, "KeyboardInterrupt: ")
    workspace.clock.move(600)

    assert workspace.desk.active(job_id) == []


def test_run_now_is_refused_while_a_run_is_active(workspace: FakeWorkspace) -> None:
    job_id = workspace.job(continuous=ON)

    with pytest.raises(InvalidState, match="one at a time"):
        workspace.run_now(job_id)


def test_an_unpaused_job_starts_with_the_service(workspace: FakeWorkspace) -> None:
    on, off = workspace.job(continuous=ON), workspace.job(continuous=OFF)

    workspace.stop()
    workspace.start()

    assert len(workspace.desk.active(on)) == 1
    assert workspace.desk.active(off) == []
