"""`pipeline run`: the declarative pipeline, once, beside the tables of the passes."""

from typing import Annotated

import typer

from orders_platform.path_settings import CATALOGS, need_folder
from orders_platform.settings import Settings
from orders_platform.terminal import say, say_json

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
    from orders_platform.hub.tails import tails
    from orders_platform.lakehouse.pipelines.local_run import refuse_another_hub, run
    from orders_platform.lakehouse.pipelines.results import counts, empty_seconds
    from orders_platform.lakehouse.pipelines.server import connect_server
    from orders_platform.lakehouse.pipelines.tally import Tally, expectations, tally, written

    folder = need_folder("ORDERS_HOME", settings.home / "pipeline", CATALOGS)
    generation = tails(settings.need_hub()).generation if settings.backup.takes_hub else ""
    if not full_refresh:
        refuse_another_hub(folder, generation)
    before = Tally() if full_refresh else tally(folder)
    _say("Spark starts")
    with connect_server(folder) as address:
        _say("the pipeline runs; its views stand empty until it is done")
        done = run(folder, address, generation, full_refresh=full_refresh, on_flow=lambda flow: _say(f"{flow} is done"))
    rows, empty = counts(folder), empty_seconds(folder)
    if as_json:
        after = tally(folder)
        told = {"folder": str(folder), "seconds": done.seconds, "empty_seconds": empty, "flows": done.flows, "tables": rows}
        say_json(told | {"written": written(before, after), "expectations": expectations(before, after)})
        return
    for name, count in rows.items():
        say(f"{name:24} {count:>9,} rows")
    say(f"{done.seconds:.1f} s, in which a gold view stood empty for {empty:.1f} s; tables in {folder / 'warehouse'}")


def _say(what: str) -> None:
    """Of progress, beside the result."""
    say(what, err=True)
