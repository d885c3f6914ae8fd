"""`replay` and `publish`: orders into the hub."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.errors import InputError
from orders_platform.squad.via import Via
from orders_platform.terminal import say, say_json

if TYPE_CHECKING:
    from orders_platform.squad.replay import Days, ReplayEvent


ViaOption = Annotated[Via, typer.Option(help="Straight into the hub, or placed by the squad's API.")]

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")]


def replay(
    *,
    csv: Annotated[Path, typer.Option(help="The shop's CSV, plain or .gz.")],
    rate: Annotated[
        float | None, typer.Option(min=0.001, help="Events a second. [default: as fast as the hub takes them]")
    ] = None,
    speed: Annotated[float | None, typer.Option(min=0.001, help="Times faster than the orders' own time.")] = None,
    days: Annotated[
        str | None, typer.Option(help="Only these days, FROM:TO, e.g. 2018-12-01:2018-12-31; an end may be open.")
    ] = None,
    via: ViaOption = Via.HUB,
    as_json: AsJson = False,
) -> None:
    """Send the dataset's orders to the hub as events, or place them by the squad's API; nothing is placed twice.

    All rows are checked before anything is sent. The same file makes the same events, byte for byte.
    """
    from orders_platform.settings import Settings
    from orders_platform.squad.replay import Pace, replay_events
    from orders_platform.squad.ways import carried, where

    if rate and speed:
        raise InputError("--rate and --speed exclude each other: give one")
    settings, start = Settings.load(), time.monotonic()
    place = where(settings, via)
    events = replay_events(csv, days_of(days))
    read_at = time.monotonic()
    with _progress("replay", len(events)) as progress:
        told = carried(settings, events, Pace(rate, speed), progress, via=via)
    seconds = {"read": round(read_at - start, 3), "send": round(time.monotonic() - read_at, 3)}
    report = _report(events) | told | {"seconds": seconds}
    _print(report, f"{report['events']} events of {csv.name} are in {place}", as_json=as_json)


def publish(
    file: Annotated[Path, typer.Argument(help="A file with one event body a line, plain or .gz.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Send each line to the hub as one event body, byte for byte, right or wrong; an empty line is an empty body."""
    from orders_platform.hub.publish import Publisher
    from orders_platform.settings import Settings
    from orders_platform.squad.raw_lines import read_lines

    hub = Settings.load().need_hub()
    messages = read_lines(file)
    start = time.monotonic()
    with Publisher(hub) as publisher, _progress("publish", len(messages)) as progress:
        publisher.check(messages)
        published = publisher.publish(messages, progress=progress)
    report: dict[str, object] = {
        "events": published.events,
        "with_key": sum(key is not None for key, _ in messages),
        "without_key": sum(key is None for key, _ in messages),
        "body_bytes": published.body_bytes,
        "seconds": round(time.monotonic() - start, 3),
    }
    _print(report, f"{published.events} events of {file.name} are in hub {hub.name}", as_json=as_json)


def days_of(text: str | None) -> "Days":
    """The days of a `--days FROM:TO`; all without one. Raises InputError for anything else."""
    from datetime import date

    from orders_platform.squad.replay import Days

    if text is None:
        return Days()
    first, colon, last = text.partition(":")
    try:
        days = Days(
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last if colon else first) if (last or not colon) else None,
        )
    except ValueError as fault:
        raise InputError(f"--days {text} is not FROM:TO with dates like 2018-12-31 ({fault})") from fault
    if days.first and days.last and days.first > days.last:
        raise InputError(f"--days {text} ends before it starts")
    return days


def _report(events: "list[ReplayEvent]") -> dict[str, object]:
    cancellations = sum(event.is_cancellation for event in events)
    return {
        "events": len(events),
        "orders": len(events) - cancellations,
        "cancellations": cancellations,
        "lines": sum(event.lines for event in events),
        "body_bytes": sum(len(event.body) for event in events),
        "first_day": events[0].occurred_at.date().isoformat(),
        "last_day": events[-1].occurred_at.date().isoformat(),
    }


def _print(report: dict[str, object], sentence: str, *, as_json: bool) -> None:
    if as_json:
        say_json(report)
    else:
        say(f"{sentence}: {', '.join(f'{name} {value}' for name, value in report.items())}")


@contextmanager
def _progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr where that is a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda events: bar.advance(task, events)
