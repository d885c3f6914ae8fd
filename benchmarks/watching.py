"""Watches gold as a reader without a JVM does: how many orders it shows, and since when."""

import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from deltalake import DeltaTable

_LOOK_SECONDS = 0.1
Seen = tuple[int, float]  # orders shown, since when


class Watch:
    """Polls tables that count orders; an order is visible once every one of them counts it."""

    def __init__(self, tables: Sequence[Path]) -> None:
        """Name the tables; they need not be there yet."""
        self._tables = dict.fromkeys(tables, 0)
        self._open: dict[Path, DeltaTable] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self.seen: list[Seen] = []

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Look no more."""
        self._stop.set()
        self._thread.join()

    @property
    def orders(self) -> int:
        """Orders visible now."""
        return self.seen[-1][0] if self.seen else 0

    def _look_on(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            for path in self._tables:
                self._look(path)
            visible = min(self._tables.values())
            if visible != self.orders:
                self.seen.append((visible, time.monotonic()))

    def _look(self, path: Path) -> None:
        """Read a table where it has a new version."""
        table = self._open.get(path)
        if table is None:
            if not DeltaTable.is_deltatable(str(path)):
                return
            table = self._open[path] = DeltaTable(str(path))
        elif not _moved(table):
            return
        counts = table.to_pyarrow_table(columns=["orders", "cancellations"])
        self._tables[path] = sum(sum(counts[name].to_pylist()) for name in counts.column_names)


def _moved(table: DeltaTable) -> bool:
    before = table.version()
    table.update_incremental()
    return bool(table.version() != before)


def latencies(accepted: Sequence[Seen], seen: Sequence[Seen], *, first: int) -> list[float]:
    """Seconds from an order's acceptance to its being visible, for each order from number `first` on.

    Orders are known by their number: the hub took them one after another, and gold counts them. Raises LookupError where
    one was never seen.
    """
    shown = [count for count, _ in seen]
    found: list[float] = []
    before = 0
    for count, at in accepted:
        for number in range(max(before, first) + 1, count + 1):
            place = bisect_left(shown, number)
            if place == len(shown):
                raise LookupError(f"order {number} was accepted and never seen in gold")
            found.append(seen[place][1] - at)
        before = count
    return found
