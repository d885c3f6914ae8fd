"""Tells people of a load: a bar while it runs, a table at its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orders_platform.squad.load.figures import Figures
from orders_platform.terminal import show_table

_COUNTS = ("accepted", "refused", "unknown", "not_sent")
_TIMES = ("p50", "p95", "p99", "max")


@contextmanager
def bar(orders: int) -> Iterator[Callable[[Figures], None]]:
    """A bar on stderr where that is a terminal."""
    console = Console(stderr=True)
    text = TextColumn("{task.fields[rate]:.0f}/s  p99 {task.fields[p99]:.0f} ms  {task.fields[errors]} errors")
    columns = (TextColumn("orders placed"), BarColumn(), MofNCompleteColumn(), text, TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as shown:
        task = shown.add_task("load", total=orders, rate=0.0, p99=0.0, errors=0)
        begun = time.monotonic()

        def show(figures: Figures) -> None:
            rate = figures.placed / max(1.0, time.monotonic() - begun)
            errors, p99 = figures.errors.total() + figures.wrong_count, figures.recent_p99() * 1000
            shown.update(task, completed=figures.placed, rate=rate, p99=p99, errors=errors)

        yield show if console.is_terminal else lambda _: None


def show_report(report: dict[str, Any]) -> None:
    """The result for people, on stdout."""
    console = Console()
    rows = [
        (name, *(f"{call[count]:,}" for count in _COUNTS), *(f"{call['from_due_ms'][share]:,.0f}" for share in _TIMES))
        for name, call in report["calls"].items()
    ]
    numbers = tuple(name.replace("_", " ") for name in _COUNTS) + tuple(f"{name} ms" for name in _TIMES)
    show_table(("call", *numbers), rows, right=numbers, title="Calls, and their time from when they were due", console=console)
    console.print()
    console.print(
        f"{report['placed']} of {report['due']} orders placed: {report['achieved_rate']}/s of {report['offered_rate']}/s; "
        f"{report['retries']} retries, {report['repeated']} repeated calls, {report['unknown']} of unknown outcome",
        highlight=False,
        soft_wrap=True,
    )
    for title, counts in (("errors", report["errors"]), ("refusals", report["refusals"])):
        if counts:
            console.print(f"{title}: {', '.join(f'{kind} {count}' for kind, count in counts.items())}", highlight=False)
    if report["not_sent"]:
        console.print(f"{report['not_sent']} calls were not sent: the server was too far behind", highlight=False)
