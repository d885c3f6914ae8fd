"""The command line: which verb lives where. Verbs import what is heavy only when they run, so that help is quick."""

import io
import os
import sys
from collections.abc import Callable

import typer
from rich.console import Console
from rich.text import Text

from orders_platform.alerts.commands import alerts
from orders_platform.contracts.commands import contract
from orders_platform.costs.commands import cost
from orders_platform.emulators.databricks.commands import databricks
from orders_platform.emulators.eventhubs.commands import repair, serve
from orders_platform.errors import PlatformError
from orders_platform.hub.commands import hub
from orders_platform.lakehouse.backup.commands import backup
from orders_platform.lakehouse.commands import run_pass, sql
from orders_platform.lakehouse.pipelines.commands import pipeline
from orders_platform.lakehouse.quarantine.commands import quarantine
from orders_platform.lakehouse.table_commands import tables
from orders_platform.local.blob_commands import blob
from orders_platform.local.commands import demo, setup, up
from orders_platform.local.database_commands import database
from orders_platform.orchestration.alerting.commands import heartbeat
from orders_platform.serving.commands import room
from orders_platform.settings import prepare_process
from orders_platform.squad.commands import publish, replay
from orders_platform.squad.load_commands import load
from orders_platform.squad.relay_commands import outbox, relay
from orders_platform.squad.service_commands import api
from orders_platform.terminal import printable

VERBS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "up": up,
    "replay": replay,
    "publish": publish,
    "relay": relay,
    "load": load,
    "pass": run_pass,
    "sql": sql,
    "cost": cost,
    "setup": setup,
}

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
for name, verb in VERBS.items():
    app.command(name)(verb)
hub.command("serve")(serve)
hub.command("repair")(repair)
alerts.command("heartbeat")(heartbeat)
app.add_typer(hub, name="hub")
app.add_typer(tables, name="tables")
app.add_typer(quarantine, name="quarantine")
app.add_typer(contract, name="contract")
app.add_typer(backup, name="backup")
app.add_typer(databricks, name="databricks")
app.add_typer(pipeline, name="pipeline")
app.add_typer(database, name="database")
app.add_typer(blob, name="blob")
app.add_typer(room, name="room")
app.add_typer(api, name="api")
app.add_typer(outbox, name="outbox")
app.add_typer(alerts, name="alerts")


def main() -> None:
    """Run a verb; a fault that the user can act on is one sentence on stderr and an exit code."""
    _open_streams()
    prepare_process()
    try:
        app()
    except PlatformError as fault:
        said = Text.assemble((f"{type(fault).__name__}:", "bold red"), " ", printable(str(fault)))
        Console(stderr=True).print(said, soft_wrap=True)
        sys.exit(fault.exit_code)


def _open_streams() -> None:
    """Let all three standard streams be there, and none refuse a letter that its encoding lacks."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            # the lowest free number is this one: a file that was opened later would be taken for the stream
            os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
