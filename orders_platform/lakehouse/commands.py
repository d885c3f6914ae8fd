"""Verbs of the lakehouse: pass, sql. Spark and the readers are loaded only by the verb that needs them."""

from dataclasses import asdict
from typing import Annotated

import typer

from orders_platform.errors import ChecksFailed, InputError
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings
from orders_platform.terminal import say, say_json, show_table

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run_pass(
    tables: Annotated[list[str] | None, typer.Option(help="Tables to fill, like gold.daily_sales; all without it.")] = None,
    mode: Annotated[
        str, typer.Option(help="available-now: up to the tail, then end. continuous: until Ctrl-C.")
    ] = "available-now",
    *,
    as_json: Json = False,
) -> None:
    """Bring every table up to the hub's tail, without Dagster."""
    if mode not in ("available-now", "continuous"):
        raise InputError(f"--mode {mode} is neither available-now nor continuous")
    if tables and mode == "continuous":
        raise InputError("--tables goes with --mode available-now: continuous mode keeps every table at the hub's tail")
    settings = Settings.load()
    if settings.backup.takes_hub:
        settings.need_hub()
    from orders_platform.lakehouse.audit import user
    from orders_platform.lakehouse.carry_out import carry_out
    from orders_platform.lakehouse.session import local_session
    from orders_platform.lakehouse.stopping import set_when_asked_to_end

    stop = set_when_asked_to_end() if mode == "continuous" else None
    reports = carry_out(Work(mode, tuple(tables or ()), asked_by=user()), local_session, settings, stop)
    failed = [line for report in reports if isinstance(report, TableReport) for line in told(report, as_json=as_json)]
    if failed:
        raise ChecksFailed(f"checks failed: {', '.join(failed)}")


def told(report: TableReport, *, as_json: bool) -> list[str]:
    """Print a report; the names of its failed checks, warnings aside."""
    if as_json:
        say_json(asdict(report))
    else:
        counts = (
            f"in {report.rows_in}, written {report.written}, duplicates {report.duplicates}, quarantined {report.quarantined}"
        )
        rows = "" if report.row_count is None else f"; {report.row_count} rows"
        say(f"{report.table:22} {counts}{rows} at version {report.version}, {report.seconds:.1f} s")
    for name in report.failed_checks:
        say(f"check failed: {name}", err=True)
    return report.failed_checks


def sql(
    query: Annotated[str, typer.Argument(help="For example: select * from gold.daily_sales limit 5")], *, as_json: Json = False
) -> None:
    """One SELECT over the lake in DuckDB's SQL: tables by name, ops.ledger, ops.checks and ops.audit. No Spark is started."""
    from orders_platform.lakehouse.reading import query as ask

    names, rows = ask(Settings.load(), query, lambda sentence: say(sentence, err=True))
    if as_json:
        say_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    show_table(names, rows)
