"""`pipeline run`: the declarative pipeline, once, beside the tables of the passes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from orders_platform.settings import Settings

pipeline = typer.Typer(no_args_is_help=True, help="The same tables by a declarative pipeline, for comparison and for Databricks.")


@pipeline.command("run")
def run_pipeline(
    *,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", help="Empty all tables, and start at the oldest message.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Bring the pipeline's own tables up to the hub's tail by `spark-pipelines`; its views stand empty meanwhile."""
    settings = Settings.load()
    hub = settings.need_hub()
    from orders_platform.hub.tails import tails
    from orders_platform.lakehouse.pipelines.local_run import run
    from orders_platform.lakehouse.pipelines.server import connect_server

    generation = tails(hub).generation
    folder = settings.home / "pipeline"
    _say("Spark starts")
    with connect_server(folder) as address:
        _say("the pipeline runs; its views stand empty until it is done")
        done = run(folder, address, generation, full_refresh=full_refresh, on_flow=lambda flow: _say(f"{flow} is done"))
    tables = _counts(folder)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "seconds": done.seconds, "flows": done.flows, "tables": tables}))
        return
    for name, rows in tables.items():
        typer.echo(f"{name:24} {rows:>9,} rows")
    typer.echo(f"{done.seconds:.1f} s; tables in {folder / 'warehouse'}")


def _say(what: str) -> None:
    """Of progress, beside the result."""
    typer.echo(what, err=True)


def _counts(folder: Path) -> dict[str, int]:
    """Rows of each table, read without Spark."""
    from deltalake import DeltaTable

    from orders_platform.lakehouse.pipelines.tables import NAMES

    return {name: DeltaTable(str(folder / "warehouse" / name)).count() for name in NAMES}
