"""A table's report as Dagster's events: what the asset page shows of its part in a pass."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import dagster as dg

from orders_platform.lakehouse.day_totals import Totals
from orders_platform.lakehouse.metadata import check_metadata, table_metadata
from orders_platform.lakehouse.report import CheckResult, Released, TableReport, Told, Upkeep
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.metadata import as_dagster
from orders_platform.orchestration.runner import Context, PassRunner, TableEvent, TotalsReader, asked_checks, asked_tables
from orders_platform.orchestration.specs import asset_key


class ReportingRunner(PassRunner, TotalsReader):
    """A runner whose reports come as they are, in this process."""

    @abstractmethod
    def reports(self, work: Work) -> Iterator[Told]:
        """Do the work, and yield what there is to tell of each table as it is done."""

    @abstractmethod
    def uri(self, table: str) -> str | None:
        """Where a reader finds the table; None where only the catalog knows."""

    def run(self, context: Context, work: Work) -> Iterator[TableEvent]:
        """Each report as events, those that were asked for; what makes no rows goes into the log."""
        for report in self.reports(work):
            if isinstance(report, TableReport):
                yield from self._asked(report, context)
            elif isinstance(report, Upkeep | Released):
                context.log.info(report.sentence)

    def _asked(self, report: TableReport, context: Context) -> Iterator[TableEvent]:
        checks = asked_checks(context)
        if asset_key(report.table) in asked_tables(context):
            yield materialized(report, self.uri(report.table))
        yield from (_checked(report, check) for check in report.checks if _key(report, check) in checks)

    def totals(self, context: Context, work: Work) -> Totals:
        """The one report of such work."""
        [told] = (report for report in self.reports(work) if isinstance(report, Totals))
        context.log.info("version %d of %s was summed", told.version, told.table)
        return told


def materialized(report: TableReport, uri: str | None) -> dg.MaterializeResult[Any]:
    """A table's part in a pass as the asset page shows it."""
    return dg.MaterializeResult(
        asset_key=asset_key(report.table),
        metadata=as_dagster(table_metadata(report, uri)),
        # unchanged by a pass that found nothing new, so nothing made from it is called stale
        data_version=dg.DataVersion(str(report.version)),
    )


def _checked(report: TableReport, check: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=asset_key(report.table),
        check_name=check.name,
        passed=check.passed,
        severity=_severity(check),
        metadata=as_dagster(check_metadata(check)),
    )


def evaluated(report: TableReport, check: CheckResult) -> dg.AssetCheckEvaluation:
    """A check's answer outside of any run."""
    return dg.AssetCheckEvaluation(
        asset_key=asset_key(report.table),
        check_name=check.name,
        passed=check.passed,
        metadata=as_dagster(check_metadata(check)),
        severity=_severity(check),
        blocking=check.blocking,
    )


def _severity(check: CheckResult) -> dg.AssetCheckSeverity:
    return dg.AssetCheckSeverity.WARN if check.warn_only else dg.AssetCheckSeverity.ERROR


def _key(report: TableReport, check: CheckResult) -> dg.AssetCheckKey:
    return dg.AssetCheckKey(asset_key(report.table), check.name)
