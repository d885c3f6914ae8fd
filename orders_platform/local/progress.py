"""What people see while the demo works: a bar for the replay, one for the tables, a line as each table is done."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import TableReport
from orders_platform.local.showing import checks_of


class DemoProgress:
    """Bars on a terminal; elsewhere plain lines alone."""

    def __init__(self, console: Console) -> None:
        """Show on `console`."""
        self._bars = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
            console=console, transient=True, disable=not console.is_terminal,
        )  # fmt: skip
        self._console = console
        self._replay = self._bars.add_task("order events into the hub", total=None, visible=False)
        self._pass = self._bars.add_task("tables", total=len(TABLES), visible=False)

    def __enter__(self) -> Self:
        """Begin to draw."""
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Leave the plain lines, take the bars away."""
        self._bars.stop()

    def says(self, what: str) -> None:
        """Tell in a line what comes now."""
        self._console.print(f"[dim]·[/] {what}", highlight=False, soft_wrap=True)

    def replaying(self, total: int) -> Callable[[int], None]:
        """Say that `total` events are to be sent; who gets the answer tells it of each batch."""
        self._bars.update(self._replay, total=total, visible=True)
        return lambda events: self._bars.advance(self._replay, events)

    def filled(self, report: TableReport) -> None:
        """Tell of a table that is done."""
        self._bars.update(self._pass, advance=1, visible=True)
        self._console.print(
            f"[dim]·[/] {report.table:<22} {report.written:>9,} rows written {report.seconds:>5.1f} s  {checks_of(report)}",
            highlight=False,
            soft_wrap=True,
        )
