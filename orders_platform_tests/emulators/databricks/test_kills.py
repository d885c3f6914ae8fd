"""Kills on purpose: what dies is told, what is left ends, and all that was answered is there again."""

import os
import signal
from pathlib import Path

import psutil
import pytest
from databricks.sdk.service.jobs import SparkPythonTask, Task

from orders_platform_tests.emulators.databricks.service_process import (
    PATIENCE_S,
    TASK,
    ServiceProcess,
    life_of,
    message_of,
    result_of,
    started_service,
)
from orders_platform_tests.local.waiting import is_alive, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.faults, pytest.mark.long]

DRIVER, JVM = "driver.main", "java"


def process_of(service: ServiceProcess, word: str) -> psutil.Process:
    """The service's one descendant with that word in its command."""
    alive = [process for process in service.descendants() if is_alive(process.pid)]
    return next(process for process in alive if any(word in part for part in process.cmdline()[:3]))


def at_work(service: ServiceProcess, began: Path) -> int:
    service.wait_for_warmth()
    run_id = service.submit("stream", str(began))
    wait_until(began.exists, PATIENCE_S)
    return run_id


@pytest.mark.parametrize("victim", [JVM, DRIVER])
def test_a_killed_cluster_is_told_and_comes_back(service: ServiceProcess, tmp_path: Path, victim: str) -> None:
    run_id = at_work(service, tmp_path / "began")
    before = service.descendants()

    os.kill(process_of(service, victim).pid, signal.SIGKILL)

    run = service.ended(run_id)
    assert (life_of(run), result_of(run)) == ("INTERNAL_ERROR", "FAILED")
    assert "the Spark driver ended unexpectedly" in message_of(run)
    wait_until(lambda: not any(is_alive(process.pid) for process in before))
    assert service.said("say", "back") == ["back"]


def test_a_killed_service_leaves_no_process_and_loses_nothing_it_answered(service: ServiceProcess, tmp_path: Path) -> None:
    service.wait_for_warmth()
    done = service.ended(service.submit("say", "before", idempotency_token="kept"))
    task = Task(task_key="only", spark_python_task=SparkPythonTask(str(TASK)))
    job = service.client.jobs.get(service.client.jobs.create(name="kept", tasks=[task]).job_id or 0)
    run_id = at_work(service, tmp_path / "began")

    # waits until all that came from it is gone
    service.kill()
    service.start()

    run = service.client.jobs.get_run(run_id)
    assert life_of(run) == "INTERNAL_ERROR"
    assert message_of(run) == "the jobs service was stopped while it ran"
    again = service.client.jobs.get_run(done.run_id or 0)
    assert (result_of(again), service.output(again)) == ("SUCCESS", '["before"]\n')
    assert service.submit("say", idempotency_token="kept") == done.run_id
    assert service.client.jobs.get(job.job_id or 0) == job


def test_a_stopped_service_ends_all_in_order(service: ServiceProcess) -> None:
    waiting = service.submit("say")

    # waits until all that came from it is gone
    code, said = service.stop()

    assert (code, said) == (0, "")
    service.start()
    assert result_of(service.client.jobs.get_run(waiting)) in {"CANCELED", "SUCCESS"}


def test_a_stopped_service_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Java takes its own with it, where it is let end."""
    java = tmp_path / "java"
    java.mkdir()
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", f"-Djava.io.tmpdir={java}")
    with started_service(tmp_path) as service:
        service.wait_for_warmth()
        assert [path.name.partition("-")[0] for path in sorted(java.iterdir())]

        service.stop()

    assert list(java.iterdir()) == []


def test_a_cluster_that_cannot_start_is_told_and_tried_again(tmp_path: Path) -> None:
    with started_service(tmp_path, "--session", "no_such_module:session") as broken:
        for _ in range(2):
            run = broken.ended(broken.submit("say"))
            assert life_of(run) == "INTERNAL_ERROR"
            assert "the Spark driver does not start (exit code 71): " in message_of(run)
            assert "No module named 'no_such_module'" in message_of(run)
        assert broken.cluster_state() == "TERMINATED"
