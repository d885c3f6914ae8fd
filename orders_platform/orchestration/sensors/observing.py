"""A look at the job that runs all along: it is kept running, and what it entered in its ledger becomes Dagster's events."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import dagster as dg
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import Job

from orders_platform.lakehouse.places import ledger_folder, table_uri
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks import continuous_job as job_of
from orders_platform.orchestration.databricks.abandoned import at_work
from orders_platform.orchestration.databricks.runner import as_seen_now
from orders_platform.orchestration.databricks.workspace import BRIEF_SECONDS, workspace, workspace_faults
from orders_platform.orchestration.reporting import evaluated, materialized
from orders_platform.orchestration.sensors.ledger_reading import LedgerCursor, merged, new_reports
from orders_platform.orchestration.sensors.records import finished_times, is_over
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import BACKLOG, Settings

_QUIET_SECONDS: Final = 60.0


def observe(instance: dg.DagsterInstance, settings: Settings, cursor_text: str | None) -> dg.SensorResult:
    """One look. Raises PlatformError where hub or workspace do not answer."""
    with workspace_faults():
        client = workspace(BRIEF_SECONDS)
        state = _looked_after(client, settings, instance)
        reports, cursor = new_reports(client, str(ledger_folder(settings.lake)), LedgerCursor.parse(cursor_text))
    events = list(_events(_unknown(instance, reports), settings.lake))
    # a tick that starts no run is shown as skipped, with this beside it
    reason = f"{state}; {len(reports) or 'no'} new reports in its ledger"
    return dg.SensorResult(asset_events=events, skip_reason=reason, cursor=cursor.text())


def _looked_after(client: WorkspaceClient, settings: Settings, instance: dg.DagsterInstance) -> str:
    """Sees to it that the job is there and runs, unless a person paused it; what it does, in a few words."""
    work = as_seen_now(Work(mode="continuous"), settings)
    job = job_of.find(client, settings)
    if job is not None and not _may_go_on(job, instance):
        return job_of.keep_up(client, job, work)
    passes = at_work(client, settings.job.job_id)
    if passes:
        return f"Databricks run {passes[0]} writes: the job that runs all along waits for its end"
    if job is None:
        return job_of.make(client, settings, work)
    job_of.unpause(client, job)
    return f"job {job.job_id} goes on: what it was paused for is over"


def _may_go_on(job: Job, instance: dg.DagsterInstance) -> bool:
    """Whether it is paused for something that is over."""
    holder = job_of.paused_for(job)
    return job_of.is_paused(job) and (holder == BACKLOG or (holder != "" and is_over(instance, holder)))


def _unknown(instance: dg.DagsterInstance, reports: Sequence[TableReport]) -> list[TableReport]:
    """Less what Dagster has recorded already: a tick that was cut off had written its events, but not its cursor.

    Less most of what tells that nothing has changed, too: Dagster keeps every event, and the job says so all along.
    """
    known = finished_times(instance, {asset_key(report.table) for report in reports})
    return [report for report in reports if _is_due(report, known.get(asset_key(report.table), 0.0))]


def _is_due(report: TableReport, shown: float) -> bool:
    moved = report.positions_to != report.positions_from or report.rows_in > 0
    is_news = moved or not all(check.passed for check in report.checks)
    return report.finished_at.timestamp() > shown + (0 if is_news else _QUIET_SECONDS)


def _events(reports: Sequence[TableReport], lake: str) -> Iterator[dg.AssetMaterialization | dg.AssetCheckEvaluation]:
    """Of each table its checks, then its materialization, which thereby says that all before it is written."""
    for report in merged(reports):
        yield from (evaluated(report, check) for check in report.checks)
        yield _materialization(report, lake)


def _materialization(report: TableReport, lake: str) -> dg.AssetMaterialization:
    result = materialized(report, table_uri(lake, report.table))
    delay = (datetime.now(UTC) - report.finished_at).total_seconds()
    return dg.AssetMaterialization(
        asset_key=asset_key(report.table),
        metadata={**(result.metadata or {}), "shown_after_seconds": round(delay, 1)},
        tags={"dagster/data_version": str(report.version)},
    )
