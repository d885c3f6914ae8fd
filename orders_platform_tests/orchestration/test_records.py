"""What Dagster's records tell of passes: in every state that a run can be in, and in every order in which they can have ended."""

from dataclasses import replace
from datetime import UTC, datetime

import dagster as dg
import pytest

from orders_platform.orchestration.jobs import JOB_NAME, REBUILD_JOB_NAME, WRITING_JOBS
from orders_platform.orchestration.records import Shown, committed_positions, is_over, last_pass, last_shown, writer_at_work
from orders_platform.orchestration.sensors.backlog import LastPass
from orders_platform.orchestration.specs import asset_key
from orders_platform_tests.orchestration.fakes import FakeRunner
from orders_platform_tests.orchestration.histories import AD_HOC_JOB, STATUS, a_pass, ended, recorded

LIVE = [STATUS.QUEUED, STATUS.NOT_STARTED, STATUS.STARTING, STATUS.STARTED, STATUS.CANCELING]
OVER = [STATUS.SUCCESS, STATUS.FAILURE, STATUS.CANCELED]
FIRST, SECOND, THIRD = (datetime(2026, 1, 5, 12, minute, tzinfo=UTC) for minute in (0, 1, 2))
BRONZE, GOLD, NEVER_FILLED = (asset_key(table) for table in ("bronze.order_events", "gold.daily_sales", "gold.cancellations"))


@pytest.mark.parametrize("status", LIVE)
@pytest.mark.parametrize("job", sorted(WRITING_JOBS))
def test_a_job_that_writes_is_at_work_from_its_queue_until_it_has_ended(
    instance: dg.DagsterInstance, job: str, status: dg.DagsterRunStatus
) -> None:
    run_id = recorded(instance, job, status)

    assert writer_at_work(instance) == run_id


@pytest.mark.parametrize("status", LIVE)
def test_a_table_picked_in_the_ui_is_a_writer(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> None:
    run_id = recorded(instance, AD_HOC_JOB, status, tables=["gold.daily_sales"])

    assert writer_at_work(instance) == run_id


def test_a_check_picked_alone_in_the_ui_is_a_writer(instance: dg.DagsterInstance) -> None:
    """Its table takes part in a pass."""
    run_id = recorded(instance, AD_HOC_JOB, STATUS.STARTED, checks=["silver.orders order_id_unique"])

    assert writer_at_work(instance) == run_id


@pytest.mark.parametrize("status", OVER)
def test_a_run_that_has_ended_is_at_work_no_more(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> None:
    recorded(instance, JOB_NAME, status)

    assert writer_at_work(instance) is None


def test_a_run_that_fills_no_table_is_no_writer(instance: dg.DagsterInstance) -> None:
    """Someone observes the hub, compares gold with what was accepted, or runs what is not ours."""
    recorded(instance, AD_HOC_JOB, STATUS.STARTED, tables=["hub.orders"])
    recorded(instance, AD_HOC_JOB, STATUS.STARTED, checks=["gold.daily_sales orders_reconciliation", "squad.outbox outbox_lag"])
    recorded(instance, "reconciliation", STATUS.STARTED)
    recorded(instance, "somebody_elses", STATUS.STARTED)

    assert writer_at_work(instance) is None


def test_a_writer_is_found_among_runs_that_write_nothing(instance: dg.DagsterInstance) -> None:
    run_id = recorded(instance, JOB_NAME, STATUS.STARTED)
    recorded(instance, "somebody_elses", STATUS.STARTED)

    assert writer_at_work(instance) == run_id


def test_without_any_pass_none_went_through_and_none_is_unfinished(instance: dg.DagsterInstance) -> None:
    assert last_pass(instance) == LastPass(None, is_unfinished=False)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([STATUS.SUCCESS], LastPass(FIRST, is_unfinished=False)),
        ([STATUS.FAILURE], LastPass(None, is_unfinished=True)),
        ([STATUS.SUCCESS, STATUS.FAILURE], LastPass(FIRST, is_unfinished=True)),
        ([STATUS.SUCCESS, STATUS.CANCELED], LastPass(FIRST, is_unfinished=True)),
        ([STATUS.FAILURE, STATUS.SUCCESS], LastPass(SECOND, is_unfinished=False)),
        ([STATUS.SUCCESS, STATUS.SUCCESS, STATUS.FAILURE], LastPass(SECOND, is_unfinished=True)),
    ],
    ids=["success", "failure", "failure after success", "canceled after success", "success after failure", "newest success"],
)
def test_the_last_pass_is_told_by_how_it_ended_and_by_when_one_went_through(
    instance: dg.DagsterInstance, ends: list[dg.DagsterRunStatus], expected: LastPass
) -> None:
    runs = {at: ended(instance, status, at.timestamp()) for status, at in zip(ends, (FIRST, SECOND, THIRD), strict=False)}

    through = runs[expected.done_at] if expected.done_at else ""
    assert last_pass(instance) == replace(expected, done=through)


def test_a_pass_that_a_failed_check_held_back_is_not_unfinished(instance: dg.DagsterInstance) -> None:
    """A real one: it failed, and its own mark says that another one would fail as well."""
    ended(instance, STATUS.SUCCESS, FIRST.timestamp())

    assert not a_pass(instance, FakeRunner(failing=["bronze.order_events positions_complete"])).success

    last = last_pass(instance)
    assert not last.is_unfinished
    assert last.done_at
    assert last.done_at > FIRST


def test_a_pass_at_work_and_other_jobs_change_nothing(instance: dg.DagsterInstance) -> None:
    """Days made again are no pass over all tables."""
    through = ended(instance, STATUS.SUCCESS, FIRST.timestamp())
    ended(instance, STATUS.FAILURE, job=REBUILD_JOB_NAME)
    recorded(instance, JOB_NAME, STATUS.STARTED)

    assert last_pass(instance) == LastPass(FIRST, is_unfinished=False, done=through)


def test_a_run_is_over_when_it_has_ended_here(instance: dg.DagsterInstance) -> None:
    """One that another Dagster started is not ours to judge."""
    over, at_work = ended(instance, STATUS.FAILURE), recorded(instance, JOB_NAME, STATUS.CANCELING)

    assert [is_over(instance, run_id) for run_id in (over, at_work, "another Dagster's")] == [True, False, False]


def test_what_bronze_covers_and_when_tables_were_done_is_what_a_real_pass_reported(instance: dg.DagsterInstance) -> None:
    a_pass(instance, FakeRunner())

    assert committed_positions(instance) == {"orders-1": {"0": 10}}
    assert last_shown(instance, [BRONZE, GOLD]) == dict.fromkeys([BRONZE, GOLD], Shown(3, 1767323045.0))


def test_the_newest_report_counts(instance: dg.DagsterInstance) -> None:
    for end in (3, 7):
        positions, finished_at = dg.MetadataValue.json({"orders-1": {"0": end}}), dg.MetadataValue.timestamp(float(end))
        told = {"positions_to": positions, "finished_at": finished_at, "table_version": dg.MetadataValue.int(end)}
        instance.report_runless_asset_event(dg.AssetMaterialization(BRONZE, metadata=told))

    assert committed_positions(instance) == {"orders-1": {"0": 7}}
    assert last_shown(instance, [BRONZE, NEVER_FILLED]) == {BRONZE: Shown(7, 7.0)}


def test_what_was_reported_under_another_spelling_of_the_hubs_name_is_of_the_same_hub(instance: dg.DagsterInstance) -> None:
    reported = {"Orders-1": {"0": 9, "1": 2}, "orders-1": {"0": 4}}
    told = {"positions_to": dg.MetadataValue.json(reported)}
    instance.report_runless_asset_event(dg.AssetMaterialization(BRONZE, metadata=told))

    assert committed_positions(instance) == {"orders-1": {"0": 9, "1": 2}}


def test_nothing_is_covered_where_nothing_was_reported(instance: dg.DagsterInstance) -> None:
    assert committed_positions(instance) == {}
    assert last_shown(instance, [BRONZE, GOLD]) == {}


def test_nothing_is_covered_by_a_report_without_positions(instance: dg.DagsterInstance) -> None:
    """Someone pressed "Report materialization" in the UI."""
    instance.report_runless_asset_event(dg.AssetMaterialization(BRONZE))

    assert committed_positions(instance) == {}
    assert last_shown(instance, [BRONZE]) == {}
