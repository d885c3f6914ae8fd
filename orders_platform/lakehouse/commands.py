"""Verbs of the lakehouse: pass, tables, sql. Spark and the readers are loaded only by the verb that needs them."""

import json
import signal
import threading
import uuid
from dataclasses import asdict
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table as Grid

from orders_platform.errors import ChecksFailed, InputError
from orders_platform.lakehouse.report import TableReport
from orders_platform.settings import Settings

MODES = ("available-now", "continuous")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def run_pass(
    tables: Annotated[list[str] | None, typer.Option(help="Tables to fill, like gold.daily_sales; all without it.")] = None,
    mode: Annotated[str, typer.Option(help="available-now: up to the tail, then end. continuous: until Ctrl-C.")] = MODES[0],
    *,
    as_json: Json = False,
) -> None:
    """Bring every table up to the hub's tail, without Dagster."""
    if mode not in MODES:
        raise InputError(f"--mode {mode} is none of {', '.join(MODES)}")
    if tables and mode == "continuous":
        raise InputError("--tables goes with --mode available-now: continuous mode keeps every table at the hub's tail")
    settings = Settings.load()
    hub = settings.need_hub()
    from orders_platform.lakehouse.lake import Lake
    from orders_platform.lakehouse.session import local_session
    from orders_platform.lakehouse.source import hub_source

    source = hub_source(hub)
    lake = Lake(local_session(), settings.lake, settings.timezone)
    if mode == "continuous":
        from orders_platform.lakehouse.continuous import run_continuous

        reports = run_continuous(lake, source, stop=_set_when_asked_to_end())
    else:
        from orders_platform.lakehouse import passes

        reports = passes.run_pass(lake, source, pass_id=_pass_id(), tables=tables)
    failed = [line for report in reports for line in _told(report, as_json=as_json)]
    if failed:
        raise ChecksFailed(f"checks failed: {', '.join(failed)}")


def _set_when_asked_to_end() -> threading.Event:
    """Set by Ctrl-C or SIGTERM, so that what has begun is finished; a second one ends at once."""
    stop = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    return stop


def _pass_id() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def _told(report: TableReport, *, as_json: bool) -> list[str]:
    """Print a report; the names of its failed checks, warnings aside."""
    if as_json:
        typer.echo(json.dumps(asdict(report), default=str))
    else:
        counts = (
            f"in {report.rows_in}, written {report.written}, duplicates {report.duplicates}, quarantined {report.quarantined}"
        )
        rows = "" if report.row_count is None else f"; {report.row_count} rows"
        typer.echo(f"{report.table:22} {counts}{rows} at version {report.version}, {report.seconds:.1f} s")
    failed = [f"{report.table} {check.name}" for check in report.checks if not check.passed and not check.warn_only]
    for name in failed:
        typer.echo(f"check failed: {name}", err=True)
    return failed


def tables(*, as_json: Json = False) -> None:
    """The tables with rows, version and lag; no Spark is started."""
    from orders_platform.lakehouse.reading import table_states

    states = table_states(Settings.load())
    if as_json:
        typer.echo(json.dumps([asdict(state) for state in states]))
        return
    grid = Grid("table", "rows", "version", "newest message", "lag")
    for state in states:
        lag = "" if state.lag_seconds is None else f"{state.lag_seconds:,.0f} s"
        grid.add_row(state.table, f"{state.rows:,}", str(state.version), state.newest or "", lag)
    Console().print(grid)


def sql(
    query: Annotated[str, typer.Argument(help="For example: select * from gold.daily_sales limit 5")], *, as_json: Json = False
) -> None:
    """A query over the lake, in DuckDB's SQL; tables by their names, the ledger as ops.ledger. No Spark is started."""
    from orders_platform.lakehouse.reading import query as ask

    names, rows = ask(Settings.load(), query)
    if as_json:
        typer.echo(json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=str))
        return
    grid = Grid(*names)
    for row in rows:
        grid.add_row(*("" if value is None else str(value) for value in row))
    Console().print(grid)
