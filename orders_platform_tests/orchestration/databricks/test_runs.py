"""Passes as runs of a real jobs service: what is recorded of one that goes well, fails, is cancelled, or is left alone."""

import uuid
from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from databricks.sdk.service.jobs import JobParameterDefinition, SubmitTask, Task

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.checks import CHECKS
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks.our_runs import OurRuns
from orders_platform.orchestration.databricks.submission import Submission, run_name, start
from orders_platform.orchestration.runner import READS
from orders_platform.settings import Settings
from orders_platform_tests import invariants
from orders_platform_tests.emulators.databricks.service_process import python_task, result_of
from orders_platform_tests.faults.meanwhile import meanwhile, recorded
from orders_platform_tests.orchestration.databricks.conftest import Place, built, failure, metadata
from orders_platform_tests.orchestration.databricks.gate import Gate

pytestmark = [pytest.mark.spark, pytest.mark.integration]


@pytest.mark.long
def test_two_passes_fill_every_table_once_answer_every_check_and_leave_no_message_behind(place: Place) -> None:
    """The second one, in the same process and with nothing new, reports all tables again and writes no row."""
    place.shop.sells(30)

    first, second = place.passes(), place.passes()

    for result in (first, second):
        assert result.success
        assert sorted(built(result)) == sorted(BY_KEY)
        assert len(result.get_asset_check_evaluations()) == len(CHECKS)
    assert metadata(first, "silver.orders")["dagster/row_count"] == 30
    assert {metadata(second, table)["rows_written"] for table in BY_KEY} == {0}
    assert metadata(first, "gold.daily_sales")["databricks_run"].startswith(place.service.settings["DATABRICKS_HOST"])
    assert invariants.check_all(place.lake) == []
    assert not place.messages.exists() or list(place.messages.iterdir()) == []


def test_one_table_and_a_check_alone_are_what_was_picked(place: Place) -> None:
    place.shop.sells(3)

    result = place.passes(None, "bronze.order_events")

    assert result.success
    assert built(result) == ["bronze.order_events"]


def test_a_run_that_fails_keeps_what_it_reported_and_says_why_in_its_own_words(place: Place) -> None:
    """Silver's log is damaged: bronze and its checks stand, and nothing is tried again."""
    place.shop.sells(3)
    _damage(place.lake / "silver" / "order_events")

    result = place.passes()

    assert not result.success
    assert built(result) == ["bronze.order_events"]
    assert {check.check_name for check in result.get_asset_check_evaluations()} == {
        "positions_complete",
        "rows_add_up",
        "backup_whole",
    }
    assert "silver.order_events" in failure(result)
    assert not [e for e in result.all_events if e.event_type_value == "STEP_RESTARTED"]


def test_a_token_that_is_refused_is_one_sentence(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "wrong")

    result = place.passes()

    assert failure(result).startswith("the workspace refuses: ")
    assert "check the token" in failure(result)


def test_a_folder_that_may_not_be_read_is_an_error_and_no_silence(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The stock reader takes a refusal for "no message yet", for ever."""
    monkeypatch.setenv("ORDERS_MESSAGES", str(tmp_path / "elsewhere"))

    assert failure(place.passes()).startswith("the workspace refuses: ")


def test_without_a_workspace_the_settings_to_set_are_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        monkeypatch.delenv(name)

    assert failure(place.passes()).startswith("no Databricks workspace is named: set DATABRICKS_HOST")


@pytest.mark.long
def test_an_outage_shorter_than_the_limit_is_ridden_out(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service is out of reach in mid-pass; the run goes on, and so does who follows it."""
    place.shop.sells(3)
    gate = Gate(int(place.service.settings["DATABRICKS_HOST"].rpartition(":")[2]))
    monkeypatch.setenv("DATABRICKS_HOST", gate.url)

    with (
        dg.DagsterInstance.local_temp() as instance,
        closing(gate),
        meanwhile(recorded(instance, "bronze.order_events"), gate.outage),
    ):
        result = place.passes(instance)

    assert result.success
    assert sorted(built(result)) == sorted(BY_KEY)


def test_a_run_is_started_once_however_often_it_is_asked_for(place: Place) -> None:
    """An answer that was lost on its way does not make a second pass."""
    client, job = place.service.client, Settings.load().job
    token = uuid.uuid4().hex
    asked = Submission("a test", Work(mode="available-now", generation="g", tables=("bronze.order_events",)).parameters(), token)

    first, second = start(client, job, asked), start(client, job, asked)
    client.jobs.cancel_run(first)

    assert first == second


def test_a_run_whose_dagster_run_is_over_is_cancelled_and_no_other(place: Place) -> None:
    """A worker that was killed cancels nothing any more; a run of another Dagster is not ours to end."""
    gone, alive = str(uuid.uuid4()), str(uuid.uuid4())
    left, other = (_at_work(place, run) for run in (gone, alive))

    cancelled = OurRuns(place.service.client, Settings.load()).cancel(gone.__eq__)

    assert cancelled == [left]
    assert result_of(place.service.ended(left)) == "CANCELED"
    place.service.client.jobs.cancel_run(other)


def test_a_run_that_only_reads_is_found_and_nobody_who_writes_waits_for_it(place: Place) -> None:
    reads, writes = str(uuid.uuid4()), str(uuid.uuid4())
    reading, writing = _at_work(place, f"{reads}{READS}"), _at_work(place, writes)

    ours = OurRuns(place.service.client, Settings.load())

    assert ours.at_work() == {reading: reads, writing: writes}
    assert ours.writing() == [writing]
    for run in (reading, writing):
        place.service.client.jobs.cancel_run(run)


def test_a_run_of_an_existing_job_is_found_as_well(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the job's name, whatever is done in it: what tells is a parameter."""
    client, run, task = place.service.client, str(uuid.uuid4()), Task.from_dict(_endless(place).as_dict())
    job = client.jobs.create(name="a job", tasks=[task], parameters=[JobParameterDefinition(name="pass_id", default="")])
    monkeypatch.setenv("ORDERS_JOB", str(job.job_id))
    monkeypatch.setenv("ORDERS_CLUSTER", "")
    settings = Settings.load()
    started = start(client, settings.job, Submission("", {"pass_id": run}, run))

    found = OurRuns(client, settings)

    assert found.at_work() == {started: run}
    found.end(run.__eq__)
    assert result_of(client.jobs.get_run(started)) == "CANCELED"


def test_runs_of_another_environment_are_not_ours(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both may be in one workspace."""
    monkeypatch.setenv("ORDERS_ENVIRONMENT", "dev")
    theirs = _at_work(place, str(uuid.uuid4()))
    monkeypatch.setenv("ORDERS_ENVIRONMENT", "prod")

    assert theirs not in OurRuns(place.service.client, Settings.load()).at_work()
    place.service.client.jobs.cancel_run(theirs)


def _at_work(place: Place, dagster_run: str) -> int:
    """A run of ours that does not end by itself."""
    name = run_name(Settings.load().environment, dagster_run)
    return int(place.service.client.jobs.submit(run_name=name, tasks=[_endless(place)]).bind()["run_id"])


def _endless(place: Place) -> SubmitTask:
    return python_task("sleep", str(place.service.home / "began"))


def _damage(table: Path) -> None:
    log = table / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("no commit\n")
