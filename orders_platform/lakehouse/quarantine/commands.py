"""Verbs of the quarantine: what broke rules, why, and back in after a repair. Only a release starts Spark."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.errors import ChecksFailed, InputError
from orders_platform.lakehouse.commands import Json
from orders_platform.lakehouse.quarantine.asked import Position, Release, Selection, moment
from orders_platform.lakehouse.quarantine.body import laid_out
from orders_platform.lakehouse.quarantine.repairs import REPAIRS
from orders_platform.lakehouse.quarantine.words import ENGLISH, LANGUAGES, told
from orders_platform.lakehouse.report import Released
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings, is_folder
from orders_platform.terminal import clock, printable, say, say_json, show_table

if TYPE_CHECKING:
    from orders_platform.lakehouse.quarantine.reading import Listed, Row, Shown, Try

quarantine = typer.Typer(no_args_is_help=True, help=__doc__)
Reasons = Annotated[list[str] | None, typer.Option("--reason", help="Name of a broken rule; more than once, too.")]
Positions = Annotated[
    list[str] | None,
    typer.Option("--position", metavar="P:N", help="partition:sequence_number, @generation behind it; more than once, too."),
]
Since = Annotated[str, typer.Option("--from", metavar="TIME", help="Taken by the hub at or after it, like 2026-01-31 (UTC).")]
Until = Annotated[str, typer.Option("--to", metavar="TIME", help="Taken by the hub before it, like 2026-01-31T14:05 (UTC).")]


@quarantine.command("list")
def list_messages(
    *,
    reasons: Reasons = None,
    since: Since = "",
    until: Until = "",
    released: Annotated[bool, typer.Option("--released", help="Those that were let back in, too.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="So many of the newest.")] = 20,
    as_json: Json = False,
) -> None:
    """How many by reason, then the newest messages. No Spark is started."""
    from orders_platform.lakehouse.quarantine.reading import listed

    selection = selected(reasons, None, since, until)
    found = listed(Settings.load(), selection, released=released, limit=limit)
    if as_json:
        say_json({**asdict(found), "rows": [_flat(each) for each in found.rows]})
        return
    _tell(found)


@quarantine.command("show")
def show_message(
    position: Annotated[str, typer.Argument(help="As `list` shows it: partition:sequence_number@generation.")],
    *,
    language: Annotated[str, typer.Option(help="en or pt-BR.")] = ENGLISH,
    personal: Annotated[
        bool, typer.Option("--personal", help="Show also what may tell of a person. Mind who looks at your screen.")
    ] = False,
    as_json: Json = False,
) -> None:
    """A message whole: its body, why it was set aside, what to do, what was tried. No Spark is started."""
    if language not in LANGUAGES:
        raise InputError(f"--language {language} is none of {', '.join(LANGUAGES)}")
    from orders_platform.lakehouse.quarantine.reading import shown

    found = shown(Settings.load(), Position.read(position))
    why = told(found.row.reasons, language)
    body = laid_out(found.value, personal=personal)
    repaired = laid_out(found.body, personal=personal) if found.body else None
    if as_json:
        whole = _flat(found.row) | {"body": body, "repaired_body": repaired}
        say_json({**whole, "why": [asdict(each) for each in why], "tries": list(map(asdict, found.tries))})
        return
    for line in _heading(found):
        say(line)
    for each in why:
        say(f"{each.rule}: {each.demands}\n  {each.to_do}")
    for each_try in found.tries:
        say(_of_a_try(each_try))
    say(f"\n{body}" + (f"\n\n-> \n{repaired}" if repaired else ""))


@quarantine.command("release")
def release_messages(
    *,
    why: Annotated[str, typer.Option(help="For the audit, and for whoever asks later.")],
    reasons: Reasons = None,
    positions: Positions = None,
    since: Since = "",
    until: Until = "",
    repairs: Annotated[
        list[str] | None, typer.Option("--repair", metavar="NAME", help=f"One of {', '.join(REPAIRS)}; more than once, too.")
    ] = None,
    body: Annotated[Path | None, typer.Option(help="File with a corrected body, for exactly one position.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")] = False,
    as_json: Json = False,
) -> None:
    """Judge messages again, repaired or as they came; what passes lands once in silver and gold, the rest stays."""
    selection = selected(reasons, positions, since, until)
    asked = Release(selection, why, tuple(repairs or ()), body=_read(body) if body else None, dry_run=dry_run)
    settings = Settings.load()
    if not is_folder(settings.lake):
        raise InputError(
            f"{settings.lake} is a Unity Catalog, which no Spark here can write: start release_quarantine in Dagster"
        )
    from orders_platform.lakehouse.audit import user
    from orders_platform.lakehouse.carry_out import carry_out
    from orders_platform.lakehouse.session import local_session

    say("starting Spark, to judge them again", err=True)
    failed: list[str] = []
    for report in carry_out(Work("release", release=asked, asked_by=user()), local_session, settings):
        if isinstance(report, Released):
            if as_json:
                say_json(asdict(report))
            else:
                say(report.sentence)
        failed += report.failed_checks
    if failed:
        raise ChecksFailed(f"checks failed: {', '.join(failed)}")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as fault:
        raise InputError(f"{file} cannot be read: {fault.strerror}") from fault


def selected(reasons: list[str] | None, positions: list[str] | None, since: str, until: str) -> Selection:
    """What the options name."""
    return Selection(tuple(reasons or ()), tuple(positions or ()), moment(since), moment(until))


def _tell(found: "Listed") -> None:
    say(_counted(found))
    if not found.messages:
        return
    say("")
    show_table(("reason", "messages"), [(reason, f"{count:,}") for reason, count in found.counts.items()], right=("messages",))
    # one hub's messages are told apart by partition and number alone
    is_one_hub = len({each.generation for each in found.rows}) == 1
    rows = [
        (
            f"{each.partition}:{each.sequence_number}" if is_one_hub else each.position,
            clock(each.enqueued_at), each.order_id, ", ".join(each.reasons), each.attempt, clock(each.released_at),
        )
        for each in found.rows
    ]  # fmt: skip
    say("")
    show_table(("position", "taken by the hub, UTC", "order", "reasons", "attempt", "let back in, UTC"), rows)


def _counted(found: "Listed") -> str:
    count = "1 message" if found.messages == 1 else f"{found.messages:,} messages"
    return f"{count}, the newest {len(found.rows)} here" if found.messages > len(found.rows) else count


def _heading(found: "Shown") -> list[str]:
    row = found.row
    back = f"; let back in at {row.released_at.isoformat(timespec='seconds')}" if row.released_at else ""
    taken, aside = (at.isoformat(timespec="seconds") for at in (row.enqueued_at, row.quarantined_at))
    return [
        f"{row.position}, taken by the hub at {taken}, set aside at {aside}, attempt {row.attempt}{back}",
        f"key {printable(row.key or '')}, order {printable(row.order_id or '')}",
    ]


def _of_a_try(each: "Try") -> str:
    how = f"repair {each.repair}" if each.repair else "a corrected body" if each.changed else "as it stood"
    return f"release {each.release_id} at {each.released_at.isoformat(timespec='seconds')}: {how}; {printable(each.why)}"


def _flat(row: "Row") -> dict[str, object]:
    return {"position": row.position, **asdict(row)}
