"""`hub tails` and `hub peek`: a look into the hub that the settings name."""

from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.terminal import clock, in_one_line, say, say_json, show_table

if TYPE_CHECKING:
    from orders_platform.hub.peek import HubMessage
    from orders_platform.hub.tails import HubTails

hub = typer.Typer(no_args_is_help=True, help="The hub: look into it, serve a local one, mend its data.")

AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")]


@hub.command("tails")
def show_tails(
    *,
    deadline: Annotated[float, typer.Option(min=0.1, help="Seconds until the hub must have answered.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Show where each partition begins and ends."""
    from orders_platform.hub.tails import tails
    from orders_platform.settings import Settings

    found = tails(Settings.load().need_hub(), deadline_seconds=deadline)
    if as_json:
        say_json(_tails_json(found))
    else:
        _print_tails(found)


@hub.command("peek")
def show_messages(
    *,
    partition: Annotated[str | None, typer.Option(help="Only this partition. [default: all]")] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="Messages of each partition.")] = 3,
    from_start: Annotated[bool, typer.Option("--from-start", help="The first ones instead of the last.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show messages as they stand in the hub; nobody's progress moves."""
    from orders_platform.hub.peek import peek
    from orders_platform.settings import Settings

    messages = peek(Settings.load().need_hub(), partition, count=count, from_start=from_start)
    if as_json:
        say_json([_message_json(message) for message in messages])
    else:
        for message in messages:
            _print_message(message)


def _tails_json(found: "HubTails") -> dict[str, object]:
    partitions = {
        name: {
            "begin": tail.begin,
            "next": tail.next,
            "last_enqueued_at": tail.last_enqueued_at.isoformat() if tail.last_enqueued_at else None,
        }
        for name, tail in found.partitions.items()
    }
    return {"generation": found.generation, "partitions": partitions}


def _print_tails(found: "HubTails") -> None:
    rows = [
        (name, f"{tail.begin:,}", f"{tail.next:,}", f"{tail.next - tail.begin:,}", clock(tail.last_enqueued_at) or "-")
        for name, tail in found.partitions.items()
    ]
    numbers = ("begin", "next", "events")
    show_table(("partition", *numbers, "last event, UTC"), rows, right=numbers, title=found.generation)


def _message_json(message: "HubMessage") -> dict[str, object]:
    """A body that is text is given as text; any other as base64."""
    from base64 import b64encode

    try:
        body = {"body": message.body.decode()}
    except UnicodeDecodeError:
        body = {"body_base64": b64encode(message.body).decode()}
    return {
        "partition": message.partition,
        "sequence_number": message.sequence_number,
        "enqueued_at": message.enqueued_at.isoformat(),
        "key": message.key,
        **body,
    }


def _print_message(message: "HubMessage") -> None:
    """Bytes that are no text, and what would steer the terminal, are shown as escapes."""
    text = message.body.decode(errors="backslashreplace")
    head = f"partition {message.partition}  sequence {message.sequence_number}  {message.enqueued_at:%Y-%m-%d %H:%M:%S} UTC"
    say(f"{head}  key {message.key!r}  {len(message.body)} bytes\n{in_one_line(text)}\n")
