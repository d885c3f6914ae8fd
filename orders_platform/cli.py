"""The command line: which verb lives where. Verbs import what is heavy only when they run, so that help is quick."""

import sys

import typer
from rich.console import Console

from orders_platform.contracts.commands import contract
from orders_platform.emulators.eventhubs.commands import serve
from orders_platform.errors import PlatformError
from orders_platform.hub.commands import hub
from orders_platform.lakehouse.commands import run_pass, sql, tables
from orders_platform.local.commands import demo, setup, up
from orders_platform.squad.commands import publish, replay

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False, help=__doc__)
hub.command("serve")(serve)
for group, name in ((hub, "hub"), (contract, "contract")):
    app.add_typer(group, name=name)
for verb, name in ((demo, "demo"), (up, "up"), (replay, "replay"), (publish, "publish"), (run_pass, "pass")):
    app.command(name)(verb)
for verb, name in ((tables, "tables"), (sql, "sql"), (setup, "setup")):
    app.command(name)(verb)


def main() -> None:
    """Run a verb; a fault that the user can act on is one sentence on stderr and an exit code."""
    try:
        app()
    except PlatformError as fault:
        Console(stderr=True).print(f"[bold red]{type(fault).__name__}:[/] {fault}", highlight=False, markup=True)
        sys.exit(fault.exit_code)
