"""`relay` and `outbox`: from the outbox into the hub."""

import json
import signal
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orders_platform.errors import EnvironmentFault, InputError
from orders_platform.terminal import say, say_json

if TYPE_CHECKING:
    from orders_platform.settings import Settings
    from orders_platform.squad.outbox.metrics import RelayMetrics

# twice what a hub keeps
_KEEP_DAYS = 14.0
AsJson = Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")]

outbox = typer.Typer(no_args_is_help=True, help="The events that wait for the hub, and those that are kept after it has them.")


def relay(
    *,
    once: Annotated[bool, typer.Option("--once", help="Send what waits, then end.")] = False,
    keep_days: Annotated[
        float, typer.Option(min=1.0, help="Days that published events are kept, to be sent again: twice what the hub keeps.")
    ] = _KEEP_DAYS,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port of Prometheus' metrics; 0 takes a free one. [default: none]")
    ] = None,
    metrics_host: Annotated[str, typer.Option(help="Address of the metrics.")] = "127.0.0.1",
    as_json: AsJson = False,
) -> None:
    """Send the outbox's events into the hub, each at least once, an order's in their order, until Ctrl-C.

    A second relay waits, and takes over when the first one ends.
    """
    from orders_platform.settings import Settings
    from orders_platform.squad.log import log_as_json

    log_as_json()
    settings = Settings.load()
    if once:
        _drained(settings, as_json=as_json)
    else:
        _kept_running(settings, keep_days, (metrics_host, metrics_port), as_json=as_json)


@outbox.command()
def state(*, as_json: AsJson = False) -> None:
    """Tell how many events wait for the hub, the oldest for how long, and which were sent in vain most often, and why."""
    from dataclasses import asdict

    from orders_platform.settings import Settings
    from orders_platform.squad.database import connect, serving
    from orders_platform.squad.outbox.store import OutboxStore

    with serving(), connect(Settings.load().need_database()) as connection:
        store = OutboxStore(connection)
        found, worst = store.state(), store.worst()
    said = f"{found.waiting} events wait, the oldest for {found.oldest_seconds:.0f} s; most tries in vain: {found.most_attempts}"
    if as_json:
        say_json(asdict(found) | {"worst": [asdict(one) for one in worst]})
        return
    say(said)
    for one in worst:
        say(f"  {one.order_id} version {one.version}, {one.attempts} times: {one.last_error}")


@outbox.command()
def replay(
    *,
    first: Annotated[str, typer.Option("--from", help="Events written from then on, like 2026-11-01T00:00:00Z.")],
    last: Annotated[str, typer.Option("--to", help="Until then, itself not included.")],
    as_json: AsJson = False,
) -> None:
    """Have the relay send a span of events again, for a hub that lost them; ids stay, so none counts twice."""
    from rich.console import Console
    from rich.progress import Progress

    from orders_platform.settings import Settings
    from orders_platform.squad.outbox.again import Span, send_again

    span, console = Span(_moment(first), _moment(last)), Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("outbox replay")
        done = send_again(
            Settings.load().need_database(), span, lambda sent, total: bar.update(task, completed=sent, total=total)
        )
    if done.oldest and span.first < done.oldest:
        say(f"events before {done.oldest.isoformat()} are not kept any more", err=True)
    said = f"{done.events} events are sent again"
    if as_json:
        say_json({"events": done.events})
    else:
        say(said)


def _drained(settings: "Settings", *, as_json: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    from orders_platform.squad.outbox.running import drain

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed:,.0f} events sent"))
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("relay", total=None)
        sent = drain(settings.need_database(), settings.need_hub(), lambda count: bar.advance(task, count))
    if as_json:
        say_json({"sent": sent})
    else:
        say(f"{sent} events are in the hub")


def _kept_running(settings: "Settings", keep_days: float, metrics: tuple[str, int | None], *, as_json: bool) -> None:
    from orders_platform.squad.outbox.running import RelayService

    service = RelayService(settings.need_database(), settings.need_hub(), keep_days)
    address = _metrics_served(service.metrics, *metrics)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop.set())

    def tell(state: str) -> None:
        said = f"relay {state}; metrics: {address or 'none'}"
        sys.stdout.write((json.dumps({"relay": state, "metrics": address}) if as_json else said) + "\n")
        sys.stdout.flush()

    service.run(tell)


def _metrics_served(metrics: "RelayMetrics", host: str, port: int | None) -> str | None:
    from prometheus_client import start_http_server

    if port is None:
        return None
    try:
        server, _ = start_http_server(port, host, metrics.registry)
    except OSError as fault:
        raise EnvironmentFault(
            f"port {port} of {host} cannot be had ({fault.strerror}): name another one by --metrics-port"
        ) from fault
    return f"http://{host}:{server.server_port}/metrics"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as fault:
        raise InputError(f"{text} is no time like 2026-11-01T00:00:00Z") from fault
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
