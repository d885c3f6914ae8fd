"""`blob serve`: a Blob storage for a machine that has none."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orders_platform.terminal import say, say_json

blob = typer.Typer(no_args_is_help=True, help="A Blob storage on this machine: azurite, which Spark reaches as it does Azure's.")


@blob.callback()
def _group() -> None:
    """Keep `serve` a word of its own: a group of one verb would swallow it."""


@blob.command()
def serve(
    home: Annotated[
        Path | None, typer.Option(help="Folder that keeps everything, the blobs in blob. [default: ORDERS_HOME, or .orders]")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port of the Blob storage; 0 takes a free one.")] = 0,
) -> None:
    """Serve a Blob storage until Ctrl-C, to this machine alone; prints one line of JSON when ready. Needs Node with npm."""
    from orders_platform.local.azurite.running import PLACE, start_azurite
    from orders_platform.local.blob_setup import ready_blob
    from orders_platform.local.home import Home, locked_home
    from orders_platform.local.processes import Children, free_port, stop_on_sigterm
    from orders_platform.settings import Settings

    stop_on_sigterm()
    settings = Settings.load()
    azurite = ready_blob(settings, Console(stderr=True))
    data = Home((home or settings.home).absolute()).blob
    # a lock of the blobs' own: `up` serves them, and holds the home's
    with locked_home(data) as kept, Children(kept.logs) as children:
        try:
            emulator = start_azurite(children, azurite, data, port=free_port(port) if port else 0)
            told = {"ORDERS_BLOB_EMULATOR": emulator, "ORDERS_BACKUP": PLACE}
            say_json({"blob": f"http://{emulator}", "env": told})
            children.stay()
        except KeyboardInterrupt:
            say("stopping", err=True)
