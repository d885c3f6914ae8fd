"""`demo` and `up`: the platform on one machine."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from orders_platform.errors import ChecksFailed, PlatformError
from orders_platform.local.backup_place import BackupPlace, usable_place
from orders_platform.local.setup import setup
from orders_platform.squad.commands import ViaOption
from orders_platform.squad.via import Via
from orders_platform.terminal import say_json

if TYPE_CHECKING:
    from orders_platform.local.demo import DemoOutcome

__all__ = ["demo", "setup", "up"]

HomeOption = Annotated[Path | None, typer.Option(help="Folder that keeps everything. [default: ORDERS_HOME, or .orders]")]


def demo(
    *,
    csv: Annotated[
        Path | None, typer.Option(help="The shop's CSV, plain or .gz. [default: three months, shipped with us]")
    ] = None,
    home: HomeOption = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures to this file.")] = None,
    days: Annotated[str | None, typer.Option(help="Only these days, FROM:TO, like 2018-12-01:2018-12-24.")] = None,
    via: ViaOption = Via.HUB,
) -> None:
    """Run everything once: hub, replay of the CSV, a pass over all tables by Dagster, checks. Ends 0 if all checks passed."""
    from orders_platform.local.demo import run_demo
    from orders_platform.squad.commands import days_of

    outcome = run_demo(_csv(csv), home_folder(home), days_of(days), via)
    _show(outcome)
    if json_file:
        json_file.write_text(json.dumps(outcome.as_json(), indent=2) + "\n")
    _raise_fault(outcome)


def up(
    home: HomeOption = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Port of Dagster's pages. [default: 3000, or any]")] = None,
    *,
    feed: Annotated[bool, typer.Option(help="Send sample orders all along.")] = True,
    backup: Annotated[
        BackupPlace,
        typer.Option(help="Where the hub's backup is kept: a folder of the home, or a local Blob storage, which needs Node."),
    ] = BackupPlace.NONE,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one JSON line when all is ready.")] = False,
) -> None:
    """Run everything and keep it running: hub, jobs service, Dagster, the control room, a feed of orders. Ctrl-C stops all."""
    from orders_platform.local.home import locked_home
    from orders_platform.local.processes import Children, stop_on_sigterm
    from orders_platform.local.showing import show_running
    from orders_platform.local.up import Platform, check_machine

    stop_on_sigterm()
    console = Console(stderr=True)
    # a Blob storage that this machine cannot have is a folder in the end
    folder = home_folder(home, keeps_backup=backup is not BackupPlace.NONE)
    with locked_home(folder) as kept, Children(kept.logs) as children:
        try:
            free = check_machine(port)
            backup = usable_place(backup, console)
            platform = Platform(kept, children)
            with console.status("starting hub, jobs service and Dagster"):
                running = platform.start(free, feed=feed, backup=backup)
            if as_json:
                say_json(running.as_json())
            else:
                show_running(Console(), running)
            children.stay()
        except KeyboardInterrupt:
            console.print("stopping")


def _csv(given: Path | None) -> Path:
    from orders_platform.local.sample_feed import SAMPLE

    return given or SAMPLE


def home_folder(given: Path | None, *, keeps_backup: bool = False) -> Path:
    """The home that an option names, or else the settings do. Raises SettingsError where tables or backup cannot lie there."""
    from orders_platform.path_settings import FILES, TABLES, need_folder
    from orders_platform.settings import Settings, pass_on

    if given:
        # what the settings would say without the option does not matter
        pass_on({"ORDERS_HOME": str(given.absolute()), "ORDERS_LAKE": ""})
    return need_folder("--home", Settings.load().home, FILES if keeps_backup else TABLES)


def _show(outcome: "DemoOutcome") -> None:
    from orders_platform.local.showing import show_expected, show_layers, show_next, show_totals

    console = Console()
    if not console.is_terminal:
        # no terminal, no width to keep to: a table is not cut
        console = Console(width=120)
    show_layers(console, outcome.reports)
    show_expected(console, outcome.reports, events=outcome.events, without_customer=outcome.without_customer)
    if outcome.totals:
        show_totals(console, outcome.totals, outcome.seconds)
    show_next(console, outcome.home)


def _raise_fault(outcome: "DemoOutcome") -> None:
    failed = sorted(name for name, passed in outcome.run.checks.items() if not passed)
    if failed:
        # a check that holds nothing back fails no run; the demo's end is stricter
        raise ChecksFailed(outcome.run.fault or f"checks failed: {', '.join(failed)}")
    if outcome.run.fault:
        raise PlatformError(outcome.run.fault)
