"""Tells people of a load: a bar while it runs, a table at its end."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from orders_platform.squad.load.figures import Figures

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
    table = Table("call", box=SIMPLE, pad_edge=False, title="ms from due", title_justify="right")
    for name in ("accepted", "refused", "unknown", "not sent", *_TIMES):
        table.add_column(name, justify="right")
    for name, call in report["calls"].items():
        counts = (str(call[column]) for column in ("accepted", "refused", "unknown", "not_sent"))
        table.add_row(name, *counts, *(f"{call['from_due_ms'][share]:,.0f}" for share in _TIMES))
    console.print(table)
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
