"""Runs on the warm cluster, asked for by the real SDK."""

import sys
import threading
from pathlib import Path

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.compute import ClusterSpec, Environment, Library
from databricks.sdk.service.jobs import JobEnvironment, PythonWheelTask, SparkPythonTask, SubmitTask

from orders_platform_tests.emulators.databricks.service_process import (
    PATIENCE_S,
    ServiceProcess,
    life_of,
    message_of,
    python_task,
    result_of,
    submit,
)
from orders_platform_tests.local.waiting import is_alive, wait_until

pytestmark = [pytest.mark.integration, pytest.mark.spark]


def wheel_task(package: str, entry_point: str, *words: str, **settings: object) -> SubmitTask:
    task = PythonWheelTask(package_name=package, entry_point=entry_point, parameters=list(words))
    return SubmitTask(task_key="only", existing_cluster_id="local", python_wheel_task=task)


def started(service: ServiceProcess, verb: str, began: Path) -> int:
    """A run of a task that goes on and on, once it does."""
    run_id = service.submit(verb, str(began))
    wait_until(began.exists, PATIENCE_S)
    return run_id


def test_a_file_gets_its_words(service: ServiceProcess) -> None:
    assert service.said("say", "eins", "zwei drei") == ["eins", "zwei drei"]


def test_a_declared_entry_point_is_called_with_its_words(service: ServiceProcess) -> None:
    run_id = submit(service.client, wheel_task("orders_platform", "orders-pass", "--help"))

    run = service.ended(run_id)

    assert result_of(run) == "SUCCESS", service.output(run)
    assert "usage: orders-pass" in service.output(run)


def test_a_function_of_the_package_serves_where_no_entry_point_is_declared(service: ServiceProcess) -> None:
    run = service.ended(submit(service.client, wheel_task("this_machine_has_no_such_package", "main")))
    other = service.ended(submit(service.client, wheel_task("antigravity", "geohash")))

    assert result_of(run) == "FAILED"
    assert "this_machine_has_no_such_package is not installed" in message_of(run)
    assert message_of(other).startswith("TypeError: geohash() missing")


def test_the_session_writes_delta_and_survives_its_stop(service: ServiceProcess, tmp_path: Path) -> None:
    assert service.said("write_delta", str(tmp_path / "table")) == ["3", "True", "2"]


def test_a_function_of_the_users_runs_in_the_same_python(service: ServiceProcess) -> None:
    """Whatever Python the path has: that one may lack the packages."""
    assert service.said("say_python_of_a_worker") == [sys.executable]


def test_two_streams_at_once_call_each_their_own_process(service: ServiceProcess, tmp_path: Path) -> None:
    files = [tmp_path / "one", tmp_path / "two"]
    runs = [service.submit("stream", str(file)) for file in files]
    wait_until(lambda: all(file.exists() and len(file.read_text().splitlines()) > 1 for file in files), PATIENCE_S)

    for run_id in runs:
        service.client.jobs.cancel_run(run_id)

    assert [result_of(service.ended(run_id)) for run_id in runs] == ["CANCELED", "CANCELED"]
    callers = [{line.split()[0] for line in file.read_text().splitlines()} for file in files]
    assert [len(each) for each in callers] == [1, 1]
    assert callers[0] != callers[1]


def test_a_failure_tells_its_sentence_and_traceback(service: ServiceProcess) -> None:
    run = service.ended(service.submit("fail", "no such shop"))

    told = service.client.jobs.get_run_output(run.tasks[0].run_id or 0) if run.tasks else None

    assert (result_of(run), message_of(run)) == ("FAILED", "ValueError: no such shop")
    assert told is not None
    assert told.error == "ValueError: no such shop"
    assert "in fail" in (told.error_trace or "")
    assert "Traceback" in (told.logs or "")


@pytest.mark.parametrize(("code", "result"), [("0", "SUCCESS"), ("3", "FAILED")])
def test_an_exit_code_decides(service: ServiceProcess, code: str, result: str) -> None:
    assert result_of(service.ended(service.submit("exit_with", code))) == result


def test_a_process_that_ends_hard_fails_its_run_and_leaves_no_stream(service: ServiceProcess, tmp_path: Path) -> None:
    run = service.ended(service.submit("stream_and_exit_hard", str(tmp_path / "began")))

    assert (life_of(run), result_of(run)) == ("TERMINATED", "FAILED")
    assert "exited with 9" in message_of(run)
    assert service.said("say_what_works") == []


def test_a_process_that_a_task_left_behind_is_ended_with_the_run(service: ServiceProcess, tmp_path: Path) -> None:
    run = service.ended(service.submit("fork_and_exit_hard", str(tmp_path / "began")))

    assert result_of(run) == "FAILED"
    wait_until(lambda: not is_alive(int((tmp_path / "began").read_text())))


@pytest.mark.parametrize("verb", ["count_for_ever", "sleep", "stream", "swallow"])
def test_a_cancelled_run_ends_and_leaves_nothing(service: ServiceProcess, tmp_path: Path, verb: str) -> None:
    run_id = started(service, verb, tmp_path / "began")

    service.client.jobs.cancel_run(run_id)

    run = service.ended(run_id)
    assert (life_of(run), result_of(run), message_of(run)) == ("TERMINATED", "CANCELED", "Run cancelled.")
    assert service.said("say_what_works") == []


def test_a_run_beyond_its_time_is_timed_out(service: ServiceProcess, tmp_path: Path) -> None:
    run = service.ended(service.submit("sleep", str(tmp_path / "began"), timeout_seconds=1))

    assert result_of(run) == "TIMEDOUT"


def test_runs_beyond_the_slots_wait_first_in_first_out(service: ServiceProcess, tmp_path: Path) -> None:
    at_work = [started(service, "sleep", tmp_path / name) for name in ("one", "two")]
    waiting = [service.submit("sleep", str(tmp_path / name)) for name in ("three", "four")]
    assert [life_of(service.client.jobs.get_run(run_id)) for run_id in waiting] == ["QUEUED", "QUEUED"]

    service.client.jobs.cancel_run(at_work[0])
    wait_until((tmp_path / "three").exists, PATIENCE_S)

    assert life_of(service.client.jobs.get_run(waiting[1])) == "QUEUED"
    assert {run.run_id for run in service.client.jobs.list_runs(active_only=True)} == {at_work[1], *waiting}
    for run_id in (waiting[1], waiting[0], at_work[1]):
        service.client.jobs.cancel_run(run_id)
    assert {result_of(service.ended(run_id)) for run_id in (*at_work, *waiting)} == {"CANCELED"}
    assert not (tmp_path / "four").exists()


def test_a_token_starts_one_run_however_many_ask_at_once(service: ServiceProcess) -> None:
    got: list[int] = []
    asking = [threading.Thread(target=lambda: got.append(service.submit("say", idempotency_token="just one"))) for _ in range(5)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()

    assert len(got) == 5
    assert len(set(got)) == 1


def test_variables_of_a_new_cluster_reach_the_run(service: ServiceProcess) -> None:
    cluster = ClusterSpec(spark_version="17.3.x-scala2.13", num_workers=0, spark_env_vars={"SHOP": "Sao Paulo"})
    task = python_task("say_variable", "SHOP", existing_cluster_id=None, new_cluster=cluster)

    run = service.ended(submit(service.client, task))

    assert service.output(run) == '["Sao Paulo"]\n'


def test_serverless_with_libraries_runs_here(service: ServiceProcess) -> None:
    task = python_task("say_variable", "DATABRICKS_RUNTIME_VERSION", existing_cluster_id=None, environment_key="any")
    environment = JobEnvironment("any", Environment(environment_version="4", dependencies=["/Volumes/a/b/c.whl"]))
    with_library = python_task("say", "here", libraries=[Library(whl="/Volumes/a/b/c.whl")])

    serverless = service.ended(submit(service.client, task, environments=[environment]))
    run = service.ended(submit(service.client, with_library))

    assert service.output(serverless) == '["unset"]\n'
    assert service.output(run) == '["here"]\n'


def test_edited_code_is_seen_by_the_next_run(service: ServiceProcess, tmp_path: Path) -> None:
    def lines() -> str:
        file = SparkPythonTask(str(tmp_path / "program.py"))
        run_id = submit(service.client, SubmitTask(task_key="only", spark_python_task=file))
        return service.output(service.ended(run_id))

    (tmp_path / "program.py").write_text("import shop\nprint(shop.NAME)\n")
    (tmp_path / "shop.py").write_text("NAME = 'first'\n")
    first = lines()
    (tmp_path / "shop.py").write_text("NAME = 'the second'\n")

    assert (first, lines()) == ("first\n", "the second\n")


@pytest.mark.parametrize(
    ("tasks", "reason"),
    [
        ([], "exactly one task"),
        ([python_task("say"), python_task("say")], "exactly one task"),
        ([python_task("say", existing_cluster_id="1234-567890-abcdefgh")], "does not exist"),
        ([SubmitTask(task_key="only", existing_cluster_id="local")], "python_wheel_task, spark_python_task"),
        ([python_task("say", existing_cluster_id=None, environment_key="any")], "environment_key any is none"),
    ],
    ids=["none", "two", "another cluster", "no Python", "an environment of nobody"],
)
def test_what_cannot_run_here_is_refused(service: ServiceProcess, tasks: list[SubmitTask], reason: str) -> None:
    with pytest.raises(InvalidParameterValue, match=reason):
        submit(service.client, *tasks)


def test_a_run_page_shows_the_log_escaped(service: ServiceProcess) -> None:
    import requests

    run = service.ended(service.submit("say", "<script>alert(1)</script>"))

    page = requests.get(run.run_page_url or "", timeout=10)

    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script>" not in page.text
