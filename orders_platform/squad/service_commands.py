"""`api`: the squad's orders service and its database's tables."""

import json
from typing import Annotated

import typer

from orders_platform.terminal import say, say_json

api = typer.Typer(no_args_is_help=True, help="The squad's orders service: an API over PostgreSQL, with an outbox.")


@api.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="Address to listen on; beyond this machine only behind TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 0,
) -> None:
    """Serve the API until Ctrl-C; prints one line of JSON when ready. Its pages are under /docs."""
    from orders_platform.settings import Settings
    from orders_platform.squad.log import log_as_json
    from orders_platform.squad.service.serving import serve as serve_api

    log_as_json()
    serve_api(Settings.load(), host=host, port=port)


@api.command()
def migrate(*, as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")] = False) -> None:
    """Bring the database's tables to this version; a second call finds nothing to do."""
    from orders_platform.settings import Settings
    from orders_platform.squad.migrations import migrate as bring_up

    applied = bring_up(Settings.load().need_database())
    if as_json:
        say_json({"applied": applied})
    else:
        say(f"applied: {', '.join(applied) or 'nothing, all is there'}")


@api.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from orders_platform.settings import Settings
    from orders_platform.squad.service.app import api as app

    # any database would do: none is asked
    say(json.dumps(app(Settings.load({"ORDERS_DATABASE_URL": "postgresql:///orders"})).openapi(), indent=1))
