"""A run that is cancelled while it attaches to the JVM, which all runs share."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from orders_platform.emulators.databricks.driver import run_process
from orders_platform.emulators.databricks.driver.attach import Door
from orders_platform.emulators.databricks.tasks import Assignment, Ending, PythonTask

PATIENCE_S = 120


def test_an_interrupt_waits_until_the_run_is_attached(tmp_path: Path) -> None:
    """A context that is interrupted while it is made stops Spark, for every run."""
    processes = multiprocessing.get_context("spawn")
    ours, its = processes.Pipe(duplex=False)
    task = PythonTask(None, str(tmp_path / "none.py"), ())
    run = processes.Process(target=_live, args=(Assignment(1, task, {}, str(tmp_path), str(tmp_path / "log")), its))
    run.start()
    its.close()

    assert ours.poll(PATIENCE_S)
    ending = ours.recv()
    run.join()

    assert isinstance(ending, Ending)
    assert ending.fault == "KeyboardInterrupt: "
    assert (tmp_path / "attached").exists()


def _live(assignment: Assignment, driver: Connection) -> None:
    pytest.MonkeyPatch().setattr(run_process, "attach", _interrupted)
    run_process.live(assignment, Door(0, "", ""), driver)


def _interrupted(_: Door) -> None:
    os.kill(os.getpid(), signal.SIGINT)
    Path("attached").touch()
