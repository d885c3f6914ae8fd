"""Gold beside what was accepted, by runs of a real jobs service: beside whoever writes, and with nothing left behind."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from databricks.sdk.service.jobs import Continuous, Job, PauseStatus, SparkPythonTask, Task

from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.databricks import continuous_job as job_of
from orders_platform.orchestration.on_databricks import databricks_runner
from orders_platform.orchestration.squad.checks import orders_reconciliation
from orders_platform.settings import Settings
from orders_platform_tests.emulators.databricks.service_process import PATIENCE_S, TASK
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.orchestration.databricks.conftest import Place, failure
from orders_platform_tests.orchestration.squad.squad_server import SquadServer, a_day

pytestmark = [pytest.mark.spark, pytest.mark.integration]
# the day on which the shop of the tests sells, a mug for 1,000 to each
DAY = "2019-02-01"
UP_TO_GOLD = ("bronze.order_events", "silver.quarantine", "silver.order_events", "gold.daily_sales")


@pytest.fixture
def squad(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[SquadServer]:
    """The squad's API, which has accepted three orders; they are in gold."""
    place.shop.sells(3)
    assert place.passes(None, *UP_TO_GOLD).success
    sums = {"orders": 3, "cancellations": 0, "gross_minor": 3_000, "cancelled_minor": 0, "net_minor": 3_000}
    with SquadServer(days=[a_day(DAY, **sums)]).open() as server:
        monkeypatch.setenv("ORDERS_API_URL", server.url)
        yield server


@pytest.fixture
def stream(place: Place, squad: SquadServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Job]:
    """A job that runs all along; it streams nothing of ours."""
    monkeypatch.setenv("ORDERS_MODE", "continuous")
    client, script = place.service.client, SparkPythonTask(str(TASK), ["stream", str(tmp_path / "began")])
    made = client.jobs.create(
        name=job_of.job_name(Settings.load()),
        tasks=[Task("stream", existing_cluster_id="local", spark_python_task=script)],
        continuous=Continuous(pause_status=PauseStatus.UNPAUSED),
    )
    wait_until(lambda: bool(active(place, made.job_id)), PATIENCE_S)
    yield client.jobs.get(made.job_id or 0)
    client.jobs.delete(made.job_id or 0)
    wait_until(lambda: not active(place, made.job_id), PATIENCE_S)


def reconciled() -> dg.ExecuteInProcessResult:
    """A run of the check alone, as its job makes one."""
    job = dg.define_asset_job("ask", dg.AssetSelection.checks(*orders_reconciliation.check_keys))
    definitions = dg.Definitions(
        assets=[lakehouse_tables], asset_checks=[orders_reconciliation], jobs=[job], resources={"runner": databricks_runner}
    )
    days = {"first_day": DAY, "last_day": DAY}
    config = {"ops": {"gold__daily_sales_orders_reconciliation": {"config": days}}}
    return definitions.resolve_job_def("ask").execute_in_process(run_config=config, raise_on_error=False)


def answer(result: dg.ExecuteInProcessResult) -> dg.AssetCheckEvaluation:
    assert result.success, failure(result)
    [only] = result.get_asset_check_evaluations()
    return only


def active(place: Place, job_id: int | None) -> list[int]:
    """Numbers of the job's runs that have not ended."""
    return [run.run_id or 0 for run in place.service.client.jobs.list_runs(job_id=job_id, active_only=True)]


@pytest.mark.long
def test_gold_is_compared_while_another_run_has_the_lakes_turn(place: Place, squad: SquadServer) -> None:
    with (place.lake / "_pass.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

        told = answer(reconciled())

    assert (told.passed, told.metadata["days_compared"].value) == (True, 1)
    assert not place.messages.exists() or list(place.messages.iterdir()) == []


def test_an_order_that_gold_lacks_is_found(squad: SquadServer) -> None:
    squad.days[0]["orders"] = 4

    told = answer(reconciled())

    assert not told.passed
    assert "| 4 / 3 (-1) |" in str(told.metadata["differences"].value)


@pytest.mark.long
def test_a_job_that_runs_all_along_goes_on_meanwhile(place: Place, squad: SquadServer, stream: Job) -> None:
    """The very run, neither paused nor started anew."""
    before = active(place, stream.job_id)

    told = answer(reconciled())

    assert told.passed
    assert active(place, stream.job_id) == before
    assert not job_of.is_paused(place.service.client.jobs.get(stream.job_id or 0))


@pytest.mark.long
def test_a_lake_without_gold_fails_the_run_with_its_sentence(
    place: Place, squad: SquadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERS_LAKE", str(place.lake / "elsewhere"))

    result = reconciled()

    assert not result.success
    assert "gold.daily_sales cannot be read" in failure(result)
