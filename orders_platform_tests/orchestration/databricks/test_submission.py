"""The four ways to run, as the Jobs API gets them, and what it makes of them."""

import json
import uuid
from collections.abc import Iterator

import pytest
from databricks.sdk.errors import InvalidParameterValue
from databricks.sdk.service.jobs import JobParameterDefinition, Run, RunTask, Task

from orders_platform.errors import SettingsError
from orders_platform.job_settings import JobSettings
from orders_platform.orchestration.databricks.our_runs import OurRuns
from orders_platform.orchestration.databricks.submission import Submission, environments, run_name, start, task
from orders_platform.settings import Settings
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess
from orders_platform_tests.orchestration.databricks.conftest import Place

WHEEL = "/Volumes/shop/ops/files/orders_platform.whl"
NEW_CLUSTER = {"spark_version": "17.3.x-scala2.13", "num_workers": 1, "spark_env_vars": {"SHOP": "a"}}
# without a hub, a run of them ends at once
PARAMETERS = {"mode": "available-now", "tables": "bronze.order_events"}
WORDS = ["--mode=available-now", "--tables=bronze.order_events"]
CALL: dict[str, object] = {
    "task_key": "pass",
    "python_wheel_task": {"package_name": "orders_platform", "entry_point": "orders-pass", "parameters": WORDS},
}
LIBRARIES = [{"whl": WHEEL}]


def test_an_existing_cluster_is_named_by_its_id() -> None:
    job = _job(ORDERS_CLUSTER="0123-456789", ORDERS_WHEEL=WHEEL)

    assert task(job, PARAMETERS) == CALL | {"libraries": LIBRARIES, "existing_cluster_id": "0123-456789"}
    assert environments(job) is None


def test_a_new_cluster_is_described_in_the_words_of_the_setting() -> None:
    job = _job(ORDERS_CLUSTER=json.dumps(NEW_CLUSTER), ORDERS_WHEEL=WHEEL)

    assert task(job, PARAMETERS) == CALL | {"libraries": LIBRARIES, "new_cluster": NEW_CLUSTER}
    assert environments(job) is None


def test_serverless_installs_the_wheel_in_an_environment_that_the_task_names() -> None:
    """It takes no libraries of a task."""
    job = _job(ORDERS_WHEEL=WHEEL)

    described = task(job, PARAMETERS)
    [environment] = [each.as_dict() for each in environments(job) or []]

    assert described == CALL | {"environment_key": environment["environment_key"]}
    assert environment["spec"] == {"environment_version": "4", "dependencies": [WHEEL]}


def test_a_cluster_that_has_the_wheel_is_sent_none() -> None:
    assert task(_job(ORDERS_CLUSTER="local"), PARAMETERS)["libraries"] == []


def test_serverless_without_a_wheel_is_told_in_a_sentence() -> None:
    """Before anything is sent."""
    with pytest.raises(SettingsError, match="serverless needs the wheel: set ORDERS_WHEEL"):
        environments(_job())


@pytest.fixture
def job_id(service: ServiceProcess) -> Iterator[int]:
    """A job with the task of a pass, as somebody has made it before."""
    described = task(_job(ORDERS_CLUSTER="local"), {name: f"{{{{job.parameters.{name}}}}}" for name in PARAMETERS})
    made = service.client.jobs.create(
        name=f"passes {uuid.uuid4()}",
        tasks=[Task.from_dict(described)],
        parameters=[JobParameterDefinition(name=name, default="") for name in PARAMETERS],
    )
    yield made.job_id or 0
    service.client.jobs.delete(made.job_id or 0)


@pytest.mark.spark
@pytest.mark.integration
def test_an_existing_job_is_run_by_its_number_with_parameters_of_this_run(service: ServiceProcess, job_id: int) -> None:
    run = _started(service, _job(ORDERS_JOB=str(job_id)))

    assert run.job_id == job_id
    assert {each.name: each.value for each in run.job_parameters or []} == PARAMETERS
    assert _words(run) == WORDS


@pytest.mark.spark
@pytest.mark.integration
def test_a_run_on_an_existing_cluster_is_taken(service: ServiceProcess) -> None:
    run = _started(service, _job(ORDERS_CLUSTER="local", ORDERS_WHEEL=WHEEL))

    assert (_only_task(run).existing_cluster_id, _words(run)) == ("local", WORDS)
    assert [library.whl for library in _only_task(run).libraries or []] == [WHEEL]


@pytest.mark.spark
@pytest.mark.integration
def test_a_run_on_a_new_cluster_is_taken_with_its_environment_variables(service: ServiceProcess) -> None:
    """They are where a hub's key can be."""
    run = _started(service, _job(ORDERS_CLUSTER=json.dumps(NEW_CLUSTER)))

    cluster = _only_task(run).new_cluster
    assert cluster
    assert (cluster.as_dict(), _words(run)) == (NEW_CLUSTER, WORDS)


@pytest.mark.spark
@pytest.mark.integration
def test_a_serverless_run_is_taken(service: ServiceProcess) -> None:
    run = _started(service, _job(ORDERS_WHEEL=WHEEL))

    assert (_only_task(run).environment_key, _words(run)) == ("orders_platform", WORDS)


@pytest.mark.spark
@pytest.mark.integration
def test_a_token_may_have_64_characters_and_no_more(service: ServiceProcess) -> None:
    job = _job(ORDERS_CLUSTER="local")

    assert _started(service, job, token=uuid.uuid4().hex * 2).run_id
    with pytest.raises(InvalidParameterValue, match="64"):
        _started(service, job, token="a" * 65)


@pytest.mark.spark
@pytest.mark.integration
def test_a_pass_is_one_run_named_for_its_dagster_run(place: Place) -> None:
    """By that name it is found when nothing else is left of it."""
    result = place.passes(None, "bronze.order_events")

    ours = OurRuns(place.service.client, Settings.load())
    names = [run.run_name for run in place.service.client.jobs.list_runs() if ours.dagster_run_of(run) == result.run_id]
    assert result.success
    assert names == [run_name("local", result.run_id)]


def _job(**env: str) -> JobSettings:
    return Settings.from_env(env).job


def _started(service: ServiceProcess, job: JobSettings, token: str = "") -> Run:
    """A run, as the service tells of it; it is cancelled, since to be taken is enough."""
    asked = Submission(run_name("local", str(uuid.uuid4())), PARAMETERS, token or uuid.uuid4().hex)
    run_id = start(service.client, job, asked)
    service.client.jobs.cancel_run(run_id)
    return service.client.jobs.get_run(run_id)


def _only_task(run: Run) -> RunTask:
    [only] = run.tasks or []
    return only


def _words(run: Run) -> list[str]:
    wheel = _only_task(run).python_wheel_task
    return (wheel.parameters or []) if wheel else []
