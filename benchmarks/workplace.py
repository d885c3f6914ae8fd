"""What the benchmarks share: a temporary folder, a hub of one's own, and telling how far they are."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from orders_platform.hub.publish import Publisher
from orders_platform.local.home import Home
from orders_platform.local.hub_process import start_hub
from orders_platform.local.processes import Children
from orders_platform.settings import HubSettings, Settings

Message = tuple[str | None, bytes]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a benchmark works, and where it says what it does."""

    root: Path
    console: Console

    @contextmanager
    def step(self, what: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Tell of a step and, when it is done, how long it took; a bar meanwhile, where there is a terminal."""
        columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        start = time.monotonic()
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)
        self.console.print(f"[dim]·[/] {what}  [dim]{time.monotonic() - start:.1f} s[/]", highlight=False, soft_wrap=True)

    @contextmanager
    def hub(self, name: str) -> Iterator[HubSettings]:
        """A fresh hub in a process of its own; later children of this process are pointed to it."""
        home = Home(self.root / name)
        with Children(home.logs) as children:
            start_hub(children, home)
            yield Settings.load().need_hub()

    def send(self, hub: HubSettings, messages: Iterable[Message], *, what: str, total: int) -> float:
        """Publish; the seconds it took."""
        start = time.monotonic()
        with self.step(f"{what} into the hub", total) as progress, Publisher(hub) as publisher:
            publisher.publish(messages, progress=progress)
        return time.monotonic() - start
