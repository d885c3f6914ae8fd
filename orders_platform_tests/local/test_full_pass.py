"""Dagster's job in the demo's process: told table by table, kept for the UI, its failure in one sentence."""

from pathlib import Path

import dagster as dg

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.checks import CHECKS
from orders_platform.lakehouse.report import TableReport
from orders_platform.local.dagster_home import close_dead_runs, open_instance
from orders_platform.local.database import Database
from orders_platform.local.full_pass import run_full_pass
from orders_platform_tests.orchestration.fakes import FakeRunner


def test_each_table_is_told_as_it_is_done_and_every_judging_check_is_in_the_outcome(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """What the progress display and the end of the demo live on."""
    told: list[TableReport] = []

    outcome = run_full_pass(instance, tmp_path, told.append, runner=FakeRunner(lake=tmp_path))

    assert [report.table for report in told] == [table.key for table in TABLES]
    assert outcome.fault is None
    assert outcome.checks == {f"{check.table}.{check.name}": True for check in CHECKS if not check.warn_only}


def test_the_run_and_its_materializations_are_kept_for_the_ui(database: Database, tmp_path: Path) -> None:
    """`up` on the same home shows what the demo did."""
    with open_instance(tmp_path, database) as instance:
        outcome = run_full_pass(instance, tmp_path, lambda _: None, runner=FakeRunner())

    with open_instance(tmp_path, database) as instance:
        run = instance.get_run_by_id(outcome.run_id)
        event = instance.get_latest_materialization_event(dg.AssetKey(["gold", "daily_sales"]))
    assert run
    assert run.status is dg.DagsterRunStatus.SUCCESS
    assert event
    assert event.run_id == outcome.run_id


def test_a_failed_check_is_in_the_outcome_with_the_sentence_of_the_run(instance: dg.DagsterInstance, tmp_path: Path) -> None:
    """The demo's last line and exit code come from here."""
    runner = FakeRunner(failing=["bronze.order_events positions_complete"])

    outcome = run_full_pass(instance, tmp_path, lambda _: None, runner=runner)

    assert outcome.checks["bronze.order_events.positions_complete"] is False
    assert outcome.fault
    assert outcome.fault.startswith("blocking checks failed: bronze.order_events positions_complete; not built: ")


def test_a_run_that_a_killed_platform_left_at_work_is_closed_at_the_next_start(instance: dg.DagsterInstance) -> None:
    """Else it would hold the pool, and every later pass would wait for ever; and nobody runs it again unasked."""
    left = instance.create_run_for_job(_a_job(), status=dg.DagsterRunStatus.STARTED)

    close_dead_runs(instance)

    closed = instance.get_run_by_id(left.run_id)
    assert closed
    assert closed.status is dg.DagsterRunStatus.FAILURE
    assert closed.tags["dagster/will_retry"] == "false"


def _a_job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None:
        """Do nothing."""

    @dg.job
    def a_job() -> None:
        nothing()

    return a_job
