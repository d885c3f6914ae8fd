"""`database serve`: a PostgreSQL for a machine that has none."""

from pathlib import Path
from typing import Annotated

import typer

from orders_platform.terminal import say, say_json

database = typer.Typer(no_args_is_help=True, help="A PostgreSQL on this machine, for the squad's service.")


@database.callback()
def _group() -> None:
    """Keep `serve` a word of its own: a group of one verb would swallow it."""


@database.command()
def serve(
    home: Annotated[Path | None, typer.Option(help="Folder that keeps everything. [default: ORDERS_HOME, or .orders]")] = None,
) -> None:
    """Serve a PostgreSQL until Ctrl-C, reachable from this machine by its user alone; prints one line of JSON when ready."""
    from orders_platform.local.database import ORDERS, start_database
    from orders_platform.local.home import locked_home
    from orders_platform.local.processes import Children, stop_on_sigterm
    from orders_platform.settings import Settings

    stop_on_sigterm()
    with locked_home((home or Settings.load().home).absolute()) as kept, Children(kept.logs) as children:
        try:
            url = start_database(children, kept)().url(ORDERS)
            say_json({"database": ORDERS, "env": {"ORDERS_DATABASE_URL": url}})
            children.stay()
        except KeyboardInterrupt:
            say("stopping", err=True)
