"""What was entered in the ledger becomes Dagster's events: by the job that runs all along, which is kept running, or by hand."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Final

import dagster as dg
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import Job

from orders_platform.lakehouse.places import VOLUMES, ledger_folder, table_uri
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks import continuous_job as job_of
from orders_platform.orchestration.databricks.our_runs import OurRuns
from orders_platform.orchestration.databricks.runner import as_seen_now
from orders_platform.orchestration.records import Shown, is_over, last_shown, passed_since
from orders_platform.orchestration.reporting import evaluated, materialized
from orders_platform.orchestration.sensors.ledger_files import FolderLedger, LedgerFiles, VolumeLedger
from orders_platform.orchestration.sensors.ledger_reading import LedgerCursor, merged, new_reports
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import BACKLOG, Settings
from orders_platform.workspace import BRIEF_SECONDS, workspace, workspace_faults

# how often it is told that a table is as it was, and that a check still passes
_QUIET_SECONDS: Final = 60.0
_PASSED_SECONDS: Final = 600.0


def observe(instance: dg.DagsterInstance, settings: Settings, cursor_text: str | None) -> dg.SensorResult:
    """One look. Raises PlatformError where hub or workspace do not answer."""
    with workspace_faults():
        client = workspace(BRIEF_SECONDS)
        state = _looked_after(client, settings, instance)
        files = VolumeLedger(client, str(ledger_folder(settings.lake)))
        return _told(instance, files, settings.lake, cursor_text=cursor_text, state=f"{state}; ")


def show_entries(instance: dg.DagsterInstance, settings: Settings, cursor_text: str | None) -> dg.SensorResult:
    """One look at the ledger alone. Raises PlatformError where the workspace does not answer that has it."""
    folder = ledger_folder(settings.lake)
    if not folder.is_relative_to(VOLUMES):
        return _told(instance, FolderLedger(folder), settings.lake, cursor_text=cursor_text)
    with workspace_faults():
        files = VolumeLedger(workspace(BRIEF_SECONDS), str(folder))
        return _told(instance, files, settings.lake, cursor_text=cursor_text)


def _told(
    instance: dg.DagsterInstance, files: LedgerFiles, lake: str, *, cursor_text: str | None, state: str = ""
) -> dg.SensorResult:
    reports, cursor = new_reports(files, LedgerCursor.parse(cursor_text), datetime.now(UTC))
    events = list(events_of(instance, reports, lake))
    # a tick that starts no run is shown as skipped, with this beside it
    reason = f"{state}{len(reports) or 'no'} new reports in the ledger"
    return dg.SensorResult(asset_events=events, skip_reason=reason, cursor=cursor.text())


def _looked_after(client: WorkspaceClient, settings: Settings, instance: dg.DagsterInstance) -> str:
    """Sees to it that the job is there and runs, unless a person paused it; what it does, in a few words."""
    runs = OurRuns(client, settings)
    runs.cancel(lambda run_id: is_over(instance, run_id))
    work = as_seen_now(Work(mode="continuous"), settings)
    job = job_of.find(client, settings)
    if job is not None and not _may_go_on(job, instance):
        return job_of.keep_up(client, job, work)
    writes = next(iter(runs.writing()), None)
    if writes:
        return f"Databricks run {writes} writes: the job that runs all along waits for its end"
    if job is None:
        return job_of.make(client, settings, work)
    job_of.go_on(client, job, work)
    return f"job {job.job_id} goes on: what it was paused for is over"


def _may_go_on(job: Job, instance: dg.DagsterInstance) -> bool:
    """Whether it is paused for something that is over."""
    holder = job_of.paused_for(job)
    return job_of.is_paused(job) and (holder == BACKLOG or (holder != "" and is_over(instance, holder)))


def events_of(
    instance: dg.DagsterInstance, reports: Sequence[TableReport], lake: str
) -> Iterator[dg.AssetMaterialization | dg.AssetCheckEvaluation]:
    """Of each table its checks, then its materialization, which thereby says that all before it is written.

    Less what Dagster knows already, or has newer: a tick that was cut off had written its events, but not its cursor; and a pass
    of Dagster's own may have come after what was done by hand. And less most of what tells that all is as before: the job says so
    all along, and Dagster keeps every event.
    """
    shown, now = last_shown(instance, {asset_key(report.table) for report in reports}), time.time()
    unknown = merged(report for report in reports if not _is_known(report, shown.get(asset_key(report.table)), now))
    passed = passed_since(
        instance, [_check_key(report, check) for report in unknown for check in report.checks], now - _PASSED_SECONDS
    )
    for report in unknown:
        failed = {check.name for check in report.checks if not check.passed}
        yield from (
            evaluated(report, check) for check in report.checks if check.name in failed or _check_key(report, check) not in passed
        )
        if failed or _is_news(report) or _is_due(report, shown.get(asset_key(report.table))):
            yield _materialization(report, lake)


def _is_known(report: TableReport, shown: Shown | None, now: float) -> bool:
    """Whether Dagster shows this or something newer. A version says so where a clock cannot: one that was set back, or skewed."""
    if shown is None or report.version > shown.version:
        return False
    if shown.finished_at > now + _QUIET_SECONDS:
        return report.version < shown.version
    return report.finished_at.timestamp() <= shown.finished_at


def _is_due(report: TableReport, shown: Shown | None) -> bool:
    """Whether it is time to tell that a table is as it was."""
    return shown is None or abs(report.finished_at.timestamp() - shown.finished_at) > _QUIET_SECONDS


def _is_news(report: TableReport) -> bool:
    return report.positions_to != report.positions_from or report.rows_in > 0


def _check_key(report: TableReport, check: CheckResult) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(asset_key(report.table), check.name)


def _materialization(report: TableReport, lake: str) -> dg.AssetMaterialization:
    result = materialized(report, table_uri(lake, report.table))
    delay = (datetime.now(UTC) - report.finished_at).total_seconds()
    return dg.AssetMaterialization(
        asset_key=asset_key(report.table),
        metadata={**(result.metadata or {}), "shown_after_seconds": round(delay, 1)},
        tags={"dagster/data_version": str(report.version)},
    )
