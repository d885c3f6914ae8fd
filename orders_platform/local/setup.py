"""Makes a machine ready: finds a Java, fetches Spark's jars, and azurite if asked to."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from orders_platform.lakehouse.java import java_home
from orders_platform.lakehouse.spark_jars import JARS, ensure_jars
from orders_platform.local.azurite.install import installed_in
from orders_platform.local.blob_setup import ready_blob
from orders_platform.settings import Settings
from orders_platform.terminal import say, say_json


def setup(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as one JSON line.")] = False,
    blob: Annotated[
        bool, typer.Option("--blob", help="Install azurite, too: a local Blob storage; needs Node with npm.")
    ] = False,
) -> None:
    """Find a Java and fetch Spark's jars; once done, later calls only check them."""
    settings = Settings.load()
    java = java_home(settings)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("Spark's jars", total=len(JARS))
        jars = ensure_jars(settings, on_jar=lambda _: progress.advance(task))
    azurite = ready_blob(settings, console) if blob else None
    if as_json:
        found = {"azurite": str(azurite.script)} if azurite else {}
        say_json({"java_home": str(java), "jars": [str(jar) for jar in jars], **found})
    else:
        found_too = f", azurite in {installed_in(settings)}" if azurite else ""
        say(f"Ready: Java in {java}, {len(jars)} jars in {jars[0].parent}{found_too}")
