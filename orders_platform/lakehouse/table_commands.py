"""Verbs about the tables: how they stand, their versions, one of them put back or made anew. Only what writes starts Spark."""

from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse.commands import Json
from orders_platform.settings import Settings, is_folder
from orders_platform.terminal import clock, say, say_json, show_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orders_platform.lakehouse.reading import TableState

tables = typer.Typer(invoke_without_command=True)


@tables.callback()
def list_tables(context: typer.Context, *, as_json: Json = False) -> None:
    """The tables with rows, version and lag, and which of their files are damaged; their versions, and one of them put back."""
    if context.invoked_subcommand:
        return
    from orders_platform.lakehouse.damage import lake_damage
    from orders_platform.lakehouse.reading import table_states

    settings = Settings.load()
    states = table_states(settings)
    if as_json:
        say_json([asdict(state) for state in states])
    else:
        _show(states)
    if damaged := lake_damage(settings.lake):
        raise PassRefused("; ".join(damaged))


def _show(states: "Sequence[TableState]") -> None:
    rows = [
        (each.table, f"{each.rows:,}", each.version, clock(each.newest), each.lag_seconds and f"{each.lag_seconds:,.0f} s")
        for each in states
    ]
    show_table(("table", "rows", "version", "newest message, UTC", "lag"), rows, right=("rows", "lag"))


@tables.command("history")
def show_history(
    table: Annotated[str | None, typer.Argument(help="Like gold.daily_sales; all without it.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest versions of each.")] = 10,
    *,
    as_json: Json = False,
) -> None:
    """The newest versions: when, by what, with how many rows, and how far each is made. No Spark is started."""
    from orders_platform.lakehouse.history import history

    versions = history(Settings.load(), table, limit=limit)
    if as_json:
        say_json([asdict(version) for version in versions])
        return
    rows = [
        (
            each.table,
            each.version,
            clock(each.at),
            each.operation if each.restored is None else f"{each.operation} of {each.restored}",
            None if each.rows is None else f"{each.rows:,}",
            each.made_from,
            clock(each.newest),
        )
        for each in versions
    ]
    names = ("table", "version", "when, UTC", "operation", "rows", "made from version", "newest message, UTC")
    show_table(names, rows, right=("rows", "made from version"))


@tables.command("restore")
def put_back(
    table: Annotated[str, typer.Argument(help="Like gold.daily_sales.")],
    version: Annotated[int, typer.Option(help="The version to put back, as `tables history` shows it.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would follow.")] = False,
    from_backup: Annotated[
        bool, typer.Option("--from-backup", help="Of bronze: the backup will give what the hub no longer has.")
    ] = False,
    why: Annotated[str, typer.Option(help="For the audit.")] = "",
    as_json: Json = False,
) -> None:
    """Put an older version of a table back, and say what the next pass will do; first it looks whether that can go on."""
    settings = Settings.load()
    if not is_folder(settings.lake):
        raise InputError(
            f"{settings.lake} is a Unity Catalog, which the Spark of this machine cannot write: there, "
            f"RESTORE TABLE {settings.lake}.{table} TO VERSION AS OF {version} does it; "
            "docs/en/restore.md tells what to look at before and after"
        )
    from orders_platform.hub.tails import tails as hub_tails
    from orders_platform.lakehouse.audit import Action, acting, user
    from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
    from orders_platform.lakehouse.lake import Lake
    from orders_platform.lakehouse.restore import Wish, restore
    from orders_platform.lakehouse.session import local_session
    from orders_platform.lakehouse.time_zone import need_time_zone

    wish = Wish(table, version, from_backup=from_backup, dry_run=dry_run)
    wish.check()
    # a hub out of reach is told before Spark is started
    hub = hub_tails(settings.need_hub()) if table == ORDER_EVENTS.key and settings.backup.takes_hub else None
    say(f"starting Spark, to look whether version {version} can be put back", err=True)
    spark = local_session()
    need_time_zone(spark, settings.timezone)
    lake = Lake(spark, settings.lake, settings.timezone)
    told = {"table": table, "version": version, "from_backup": from_backup}
    with nullcontext() if dry_run else acting(settings.lake, Action(user(), "restore", told, why)):
        done = restore(lake, replace(wish, hub=hub))
    if as_json:
        say_json(asdict(done))
        return
    if done.version is None:
        say(f"{table}: version {version} with {done.rows} rows would be put back; nothing was changed")
    else:
        say(f"{table}: version {version} with {done.rows} rows was put back, as version {done.version}")
    for sentence in done.follows:
        say(f"  {sentence}")


@tables.command("reset")
def make_anew(
    table: Annotated[str, typer.Argument(help="Like gold.daily_sales.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would follow.")] = False,
    from_backup: Annotated[
        bool, typer.Option("--from-backup", help="Of bronze: the backup will give what the hub no longer has.")
    ] = False,
    why: Annotated[str, typer.Option(help="For the audit.")] = "",
    as_json: Json = False,
) -> None:
    """Set a damaged table aside, so that the next pass makes it anew: where no older version of it can be put back."""
    settings = Settings.load()
    if not is_folder(settings.lake):
        raise InputError(
            f"{settings.lake} is a Unity Catalog: there, ALTER TABLE {settings.lake}.{table} RENAME TO another name does it; "
            "the next pass makes the table anew"
        )
    from orders_platform.hub.tails import tails as hub_tails
    from orders_platform.lakehouse.audit import Action, acting, user
    from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
    from orders_platform.lakehouse.reset import ResetWish, reset
    from orders_platform.lakehouse.session import local_session

    wish = ResetWish(table, from_backup=from_backup, dry_run=dry_run)
    wish.check()
    hub = hub_tails(settings.need_hub()) if table == ORDER_EVENTS.key and settings.backup.takes_hub else None
    told = {"table": table, "from_backup": from_backup}
    with nullcontext() if dry_run else acting(settings.lake, Action(user(), "reset", told, why)):
        done = reset(settings.lake, replace(wish, hub=hub), local_session)
    if as_json:
        say_json(asdict(done))
        return
    say(f"{table}: nothing was changed" if done.folder is None else f"{table}: set aside in {done.folder}")
    for sentence in done.follows:
        say(f"  {sentence}")
