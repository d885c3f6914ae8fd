"""`room`: the control room as a process of its own."""

from typing import Annotated

import typer

room = typer.Typer(no_args_is_help=True, help="The control room: one page about the orders and the platform that carries them.")


@room.callback()
def group() -> None:
    """Keep `serve` a verb of its own while it is the only one."""


@room.command()
def serve(*, port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = 8501) -> None:
    """Serve the page on this machine until Ctrl-C; prints one line of JSON when it answers. No Spark is started."""
    from orders_platform.serving.ending import end_when_asked

    end_when_asked()
    from orders_platform.serving.server import serve as serve_page

    serve_page(port)
