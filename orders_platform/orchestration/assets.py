"""Every table of the lakehouse as an asset; one step fills all that a run asks for, in one Spark session."""

from collections.abc import Collection, Iterator
from typing import Any, Final

import dagster as dg

from orders_platform.lakehouse.report import TableReport
from orders_platform.orchestration.checks import check_results, check_specs, failed_blocking
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.metadata import table_metadata
from orders_platform.orchestration.runner import PassRunner
from orders_platform.orchestration.specs import asset_key, table_key, table_specs

# a lake takes one pass at a time; the pool makes the second one wait instead of being refused
LAKE_POOL: Final = "lake"
AssetEvent = dg.MaterializeResult[Any] | dg.AssetCheckResult


@dg.multi_asset(specs=table_specs(), check_specs=check_specs(), can_subset=True, pool=LAKE_POOL)
def lakehouse_tables(context: dg.AssetExecutionContext, runner: dg.ResourceParam[PassRunner]) -> Iterator[AssetEvent]:
    """A pass: brings the asked tables up to the hub's tail, and shows each one as soon as it is done."""
    # a check picked alone in the UI asks for its table, too: it looks at what the table's part of a pass did
    tables = frozenset(table_key(key) for key in _asked_keys(context))
    reports: list[TableReport] = []
    with as_failure():
        for report in runner.run(tables, _pass_id(context)):
            reports.append(report)
            context.log.info("%s: %d rows in, %d written", report.table, report.rows_in, report.written)
            if asset_key(report.table) in context.selected_asset_keys:
                yield materialized(report, runner.uri(report.table))
            yield from check_results(report, context.selected_asset_check_keys)
    raise_if_held_back(reports, tables)


def materialized(report: TableReport, uri: str | None) -> dg.MaterializeResult[Any]:
    """A table's part in a pass as the asset page shows it."""
    return dg.MaterializeResult(
        asset_key=asset_key(report.table),
        metadata=table_metadata(report, uri),
        # unchanged by a pass that found nothing new, so nothing made from it is called stale
        data_version=dg.DataVersion(str(report.version)),
    )


def raise_if_held_back(reports: Collection[TableReport], tables: Collection[str]) -> None:
    """Fail the step where a blocking check failed or an asked table was not built, naming both."""
    failed = [name for report in reports for name in failed_blocking(report)]
    missing = sorted(frozenset(tables) - {report.table for report in reports})
    if not failed and not missing:
        return
    parts = (("blocking checks failed", failed), ("not built", missing))
    said = "; ".join(f"{what}: {', '.join(names)}" for what, names in parts if names)
    raise dg.Failure(description=said, allow_retries=False)


def _asked_keys(context: dg.AssetExecutionContext) -> frozenset[dg.AssetKey]:
    return frozenset(context.selected_asset_keys) | {check.asset_key for check in context.selected_asset_check_keys}


def _pass_id(context: dg.AssetExecutionContext) -> str:
    retry = context.op_execution_context.retry_number
    return f"{context.run.run_id}-{retry}" if retry else context.run.run_id
