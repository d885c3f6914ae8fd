"""Verbs of the Blob road: the hub's messages kept as parquet, looked over, and bronze made whole out of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

import typer

from orders_platform.errors import ChecksFailed, InputError
from orders_platform.lakehouse.commands import Json, told
from orders_platform.lakehouse.report import TableReport, Told
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings
from orders_platform.terminal import say

_DAY = "%Y-%m-%d"
backup = typer.Typer(no_args_is_help=True, help=__doc__)


@backup.command("write")
def write(
    mode: Annotated[
        str, typer.Option(help="available-now: up to the tail, then end. continuous: every minute until Ctrl-C.")
    ] = "available-now",
    *,
    accept_gap: Annotated[
        bool, typer.Option(help="Go on where the hub begins now, though it has dropped what was not kept yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Keep what the hub has as parquet in ORDERS_BACKUP; the manifest there names every file."""
    if mode not in ("available-now", "continuous"):
        raise InputError(f"--mode {mode} is neither available-now nor continuous")
    settings = Settings.load()
    settings.backup.need_place()
    settings.need_hub()
    if accept_gap:
        _go_on_at_the_begin(settings)
    _done(Work("backup"), settings, as_json=as_json, runs_on=mode == "continuous")


def _go_on_at_the_begin(settings: Settings) -> None:
    from orders_platform.hub.tails import tails
    from orders_platform.lakehouse.backup.store import open_store
    from orders_platform.lakehouse.backup.write import accept_gap
    from orders_platform.lakehouse.session import local_session

    now = tails(settings.need_hub())
    store = open_store(settings.backup.need_place(), local_session)
    begins = {name: tail.begin for name, tail in now.partitions.items()}
    is_moved = accept_gap(store, now.generation, begins)
    say("the manifest goes on where the hub begins" if is_moved else "the hub still has all that is to be kept", err=True)


@backup.command("replay")
def replay(
    *,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=[_DAY], metavar="DAY", help="First day, UTC by the hub's clock; without it, the oldest."),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option("--to", formats=[_DAY], metavar="DAY", help="Last day, itself included; without it, the newest."),
    ] = None,
    into: Annotated[str, typer.Option(metavar="LAKE", help="Another lake to fill, like an empty folder.")] = "",
    capture: Annotated[
        str,
        typer.Option(
            metavar="PLACE",
            help="Event Hubs Capture's files of ORDERS_HUB_NAME in place of our own; may end in how they are named, like "
            "/data/{EventHub}/...",
        ),
    ] = "",
    generation: Annotated[str, typer.Option(help="Of the hub that Capture's files are of; without it, the hub is asked.")] = "",
    as_json: Json = False,
) -> None:
    """Add what bronze lacks of a range or of everything, then fill silver and gold; beside a running stream, bronze alone."""
    settings = Settings.load({"ORDERS_LAKE": into} if into else None)
    if not capture:
        settings.backup.need_place()
    work = Work("replay", first_day=_day(first), last_day=_day(last), capture=capture, generation=generation)
    _done(work, settings, as_json=as_json)


@backup.command("check")
def check(
    *,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=[_DAY], metavar="DAY", help="First day to compare with bronze; without it, the oldest."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look over all that is kept: no hole, each file whole, the same bodies as bronze; what is past its time is removed."""
    _done(Work("check-backup", first_day=_day(first)), Settings.load(), as_json=as_json)


def _day(at: datetime | None) -> date | None:
    return at.date() if at else None


def _done(work: Work, settings: Settings, *, as_json: bool, runs_on: bool = False) -> None:
    """Do it, and print what it tells. Raises ChecksFailed at the end where a check did not pass."""
    from orders_platform.lakehouse.carry_out import carry_out
    from orders_platform.lakehouse.session import local_session
    from orders_platform.lakehouse.stopping import set_when_asked_to_end

    reports = carry_out(work, local_session, settings, set_when_asked_to_end() if runs_on else None)
    failed = list(_told(reports, as_json=as_json))
    if failed:
        raise ChecksFailed(f"checks failed: {', '.join(failed)}")


def _told(reports: Iterable[Told], *, as_json: bool) -> Iterable[str]:
    for report in reports:
        if isinstance(report, TableReport):
            yield from told(report, as_json=as_json)
