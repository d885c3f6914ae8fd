"""The lakehouse's checks as Dagster shows them: declared before a run, answered table by table."""

from collections.abc import Collection, Iterator

import dagster as dg

from orders_platform.lakehouse.checks import CHECKS, CheckSpec
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.orchestration.metadata import check_metadata
from orders_platform.orchestration.specs import asset_key


def check_specs() -> list[dg.AssetCheckSpec]:
    """One spec a check of the lakehouse."""
    return [_spec(check) for check in CHECKS]


def check_results(report: TableReport, asked: Collection[dg.AssetCheckKey]) -> Iterator[dg.AssetCheckResult]:
    """The report's checks, those that the run was asked for."""
    key = asset_key(report.table)
    for check in report.checks:
        if dg.AssetCheckKey(key, check.name) in asked:
            yield _result(key, check)


def failed_blocking(report: TableReport) -> list[str]:
    """Names of the checks that hold back what is made from this table."""
    return [f"{report.table} {check.name}" for check in report.checks if check.blocking and not check.passed]


def _spec(check: CheckSpec) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(name=check.name, asset=asset_key(check.table), description=check.meaning, blocking=check.blocking)


def _result(key: dg.AssetKey, check: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=check.name,
        passed=check.passed,
        severity=dg.AssetCheckSeverity.WARN if check.warn_only else dg.AssetCheckSeverity.ERROR,
        metadata=check_metadata(check),
    )
