"""Dagster's run workers, forked: they run the code on disk, can be cancelled, and are missed when they are gone."""

import os
import signal
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.reconstruct import ReconstructableJob
from dagster._core.launcher.base import LaunchRunContext, WorkerStatus

from orders_platform.local.dagster_home import open_instance
from orders_platform.local.database import Database
from orders_platform.local.run_worker import worker_of
from orders_platform.local.warm_launcher import WarmRunLauncher
from orders_platform_tests.local.waiting import is_alive, wait_until

pytestmark = pytest.mark.integration
Status = dg.DagsterRunStatus
WORKER_SECONDS = 60
CODE = """
import time
from pathlib import Path
import dagster as dg

@dg.op
def an_op() -> None:
    {body}

@dg.job(executor_def=dg.in_process_executor)
def a_job() -> None:
    an_op()
"""
SAYS = "Path({file!r}).write_text({words!r})"
STAYS = "Path({file!r}).write_text('at work'); time.sleep(600)"


class Runs:
    """Runs of a job in a file, each in a worker of its own."""

    def __init__(self, instance: dg.DagsterInstance, folder: Path) -> None:
        self.instance, self.folder, self.said = instance, folder, folder / "said"
        launcher = instance.run_launcher
        assert isinstance(launcher, WarmRunLauncher)
        self.launcher = launcher

    def start(self, body: str, words: str = "") -> str:
        """Write the job's code, and launch a run of it as Dagster's daemon does."""
        self.said.unlink(missing_ok=True)
        file = self.folder / "written_job.py"
        file.write_text(CODE.format(body=body.format(file=str(self.said), words=words)))
        job = ReconstructableJob.for_file(str(file), "a_job")
        run = self.instance.create_run_for_job(
            job.get_definition(), job_code_origin=job.get_python_origin(), status=Status.STARTING
        )
        self.launcher.launch_run(LaunchRunContext(run, workspace=None))
        return run.run_id

    def start_staying(self) -> tuple[str, int]:
        """One that is at work until somebody ends it; and its process."""
        run_id = self.start(STAYS)
        wait_until(self.said.exists, WORKER_SECONDS)
        worker = worker_of(Path(self.instance.root_directory) / "workers" / run_id)
        assert worker
        return run_id, worker

    def run(self, run_id: str) -> dg.DagsterRun:
        """As Dagster's records have it."""
        run = self.instance.get_run_by_id(run_id)
        assert run
        return run

    def ended(self, run_id: str) -> Status:
        """Its status, once that is a final one."""
        wait_until(lambda: self.run(run_id).is_finished, WORKER_SECONDS)
        return self.run(run_id).status


@pytest.fixture
def runs(instance: dg.DagsterInstance, tmp_path: Path) -> Runs:
    """Over the records of this test."""
    return Runs(instance, tmp_path)


def test_each_run_sees_the_code_as_it_is_on_disk(runs: Runs) -> None:
    """An edited asset needs no restart."""
    first = runs.ended(runs.start(SAYS, "before"))
    before = runs.said.read_text()
    second = runs.ended(runs.start(SAYS, "after"))

    assert (first, second) == (Status.SUCCESS, Status.SUCCESS)
    assert (before, runs.said.read_text()) == ("before", "after")


def test_a_terminated_run_is_cancelled_and_its_worker_gone(runs: Runs) -> None:
    """As the button of the pages does it."""
    run_id, worker = runs.start_staying()

    assert runs.launcher.terminate(run_id)

    assert runs.ended(run_id) is Status.CANCELED
    wait_until(lambda: not is_alive(worker))
    assert not runs.launcher.terminate(run_id)


def test_a_worker_that_was_killed_is_missed(runs: Runs) -> None:
    """Run monitoring asks, and ends the run in its place."""
    run_id, worker = runs.start_staying()
    before = runs.launcher.check_run_worker_health(runs.run(run_id)).status

    os.kill(worker, signal.SIGKILL)

    wait_until(lambda: not is_alive(worker))
    assert before is WorkerStatus.RUNNING
    assert runs.launcher.check_run_worker_health(runs.run(run_id)).status is WorkerStatus.NOT_FOUND


def test_runs_at_work_are_cancelled_when_dagster_ends(database: Database, tmp_path: Path) -> None:
    """What they started on a cluster must not go on without them."""
    with open_instance(tmp_path / "dagster", database) as instance:
        run_id, worker = Runs(instance, tmp_path).start_staying()

    with open_instance(tmp_path / "dagster", database) as instance:
        run = instance.get_run_by_id(run_id)
    assert run
    assert run.status is Status.CANCELED
    assert not is_alive(worker)
