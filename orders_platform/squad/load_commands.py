"""`load`: orders for the API at a set rate, and a ledger of all that it accepted."""

import secrets
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from orders_platform.errors import ChecksFailed
from orders_platform.terminal import say, say_json

if TYPE_CHECKING:
    from orders_platform.settings import ApiSettings
    from orders_platform.squad.load.durable import LedgerKeeper
    from orders_platform.squad.load.running import Plan

_SEEDS = 2**32
# beside the connections: files, the event loop's own
_SPARE_DESCRIPTORS = 100
_EXAMPLES = 3


def load(
    *,
    rate: Annotated[float, typer.Option(min=0.001, help="Orders placed a second; each lives on by itself.")] = 200.0,
    seconds: Annotated[
        float, typer.Option(min=0.001, help="How long orders are placed; their lives end some seconds later.")
    ] = 60.0,
    seed: Annotated[int | None, typer.Option(help="Of all that happens to the orders. [default: random]")] = None,
    ledger: Annotated[Path | None, typer.Option(help="File for all that was accepted, one JSON a line; appended to.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the API. [default: ORDERS_API_URL]")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line of JSON instead.")] = False,
) -> None:
    """Place orders at a set rate, whatever the API does, and let each be amended, paid, shipped or cancelled.

    Times are measured from when a call was due; failed calls are sent again under their key, for a minute. A wrong answer ends it
    with 1.
    """
    from orders_platform.settings import Settings
    from orders_platform.squad.event_loop import run
    from orders_platform.squad.load.running import Plan
    from orders_platform.squad.load.telling import show_report

    api = Settings.load().api
    plan = Plan(rate, seconds, secrets.randbelow(_SEEDS) if seed is None else seed)
    address = url.rstrip("/") if url else api.need_url()
    say(f"seed {plan.seed}", err=True)
    _allow_connections(plan.most_under_way)
    with ExitStack() as stack:
        report = run(_loaded(plan, api, address, ledger=_ledger(ledger, stack)))
    if as_json:
        say_json(report)
    else:
        show_report(report)
    if report["wrong_count"]:
        first = "; ".join(report["wrong"][:_EXAMPLES])
        raise ChecksFailed(f"{report['wrong_count']} answers were wrong, among them: {first}; look at the service")


async def _loaded(plan: "Plan", api: "ApiSettings", url: str, *, ledger: "LedgerKeeper") -> dict[str, Any]:
    from orders_platform.squad.api_client import api_client
    from orders_platform.squad.load.running import Load
    from orders_platform.squad.load.telling import bar
    from orders_platform.squad.tokens import entra_token

    async with api_client(url, entra_token(api), connections=plan.most_under_way) as client:
        running = Load(plan, client, ledger)
        with bar(plan.orders) as progress, _on_signals(running.stop):
            await running.run(progress)
    known = {"seed": plan.seed, "run": running.run_word, "stopped": running.stopped, "seconds": round(running.lasted, 3)}
    return known | running.figures.report(seconds=running.lasted)


def _ledger(path: Path | None, stack: ExitStack) -> "LedgerKeeper":
    from orders_platform.squad.load.durable import DurableLedger, NoLedger

    if path is None:
        return NoLedger()
    kept = stack.enter_context(DurableLedger(path))
    if kept.cut_bytes:
        say(f"{path} ended within a line: {kept.cut_bytes} bytes, of which nobody was told, are cut off", err=True)
    return kept


@contextmanager
def _on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Have Ctrl-C end the load in order, with what it has come to."""
    import asyncio

    loop = asyncio.get_running_loop()
    before = {
        number: signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop)) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _allow_connections(count: int) -> None:
    """Ask for as many open sockets as may be needed, as far as this user may have them."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + _SPARE_DESCRIPTORS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
