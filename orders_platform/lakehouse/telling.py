"""Tells of each table the moment it is done: to Dagster where it listens, else as a line on standard output."""

import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from dagster_pipes import PipesContext, PipesDefaultContextLoader, PipesMappingParamsLoader

from orders_platform.lakehouse.day_totals import Totals
from orders_platform.lakehouse.messages import FolderChannel, FolderWriter
from orders_platform.lakehouse.metadata import check_metadata, table_metadata
from orders_platform.lakehouse.report import Released, TableReport, Told, Upkeep

Tell = Callable[[Told, str | None], None]
# What Dagster sends along: the tables, as `layer/table`, and checks, as `layer/table:check`, that a run was asked for.
ASKED_TABLES, ASKED_CHECKS = "tables", "checks"


@contextmanager
def telling(pipes: Mapping[str, str]) -> Iterator[Tell]:
    """Whom to tell, by what the run's parameters say of Pipes; a fault in the block is told as well, and raised."""
    if not pipes:
        yield _print
        return
    writer = FolderWriter()
    # not open_dagster_pipes: it keeps one context for the whole process, whatever its parameters
    with PipesContext(PipesMappingParamsLoader(pipes), PipesDefaultContextLoader(), writer) as context:
        yield _Listener(context, writer.channel)


class _Listener:
    """Dagster, at the other end of the messages."""

    def __init__(self, context: PipesContext, channel: FolderChannel) -> None:
        self._context, self._channel = context, channel
        self._tables: Collection[str] = context.extras.get(ASKED_TABLES, ())
        self._checks: Collection[str] = context.extras.get(ASKED_CHECKS, ())

    def __call__(self, report: Told, uri: str | None) -> None:
        """Report the materialization, then its checks, in one file; totals go to who asked, all else into the log."""
        match report:
            case Upkeep() | Released():
                self._context.log.info(report.sentence)
            case Totals():
                self._context.report_custom_message(report.message())
            case TableReport():
                self._report(report, uri)
        self._channel.flush()

    def _report(self, report: TableReport, uri: str | None) -> None:
        key = report.table.replace(".", "/")
        if key in self._tables:
            self._context.report_asset_materialization(table_metadata(report, uri), str(report.version), key)
        for check in report.checks:
            if f"{key}:{check.name}" in self._checks:
                self._context.report_asset_check(
                    check.name,
                    passed=check.passed,
                    severity="WARN" if check.warn_only else "ERROR",
                    metadata=check_metadata(check),
                    asset_key=key,
                )


def _print(report: Told, uri: str | None) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in _lines(report, uri)))
    sys.stdout.flush()


def _lines(report: Told, uri: str | None) -> list[str]:
    match report:
        case Upkeep() | Released():
            return [report.sentence]
        case Totals():
            return report.lines
    where = f" in {uri}" if uri else ""
    said = [f"{report.rows_in} rows in, {report.written} written, now version {report.version}{where}"]
    said += [f"{'warns' if check.warn_only else 'FAILED'}: {check.name}" for check in report.checks if not check.passed]
    return [f"{report.table}: {line}" for line in said]
