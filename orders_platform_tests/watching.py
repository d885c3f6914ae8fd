"""I6: a reader who polls the lake all along, and writes down what no reader should ever see."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from deltalake.exceptions import DeltaError

from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.oracle.comparing import doubled
from orders_platform_tests.oracle.facts import Row

COUNTED = ("gold.daily_sales", "gold.sales_by_minute")


@dataclass(slots=True)
class Watcher:
    """Looks at the lake from a thread of its own until it leaves its `with` block; then `violations` is complete.

    Gold is always read before silver, so that what gold shows must stand in silver by then.
    """

    lake: Path
    pause_seconds: float = 0.05
    violations: list[str] = field(default_factory=list)
    looks: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        """Start looking."""
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Stop, and look a last time."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
        self.look()

    def look(self) -> None:
        """See every table once."""
        shown = {table: tables.rows(self.lake, table, ("orders", "cancellations")) for table in COUNTED}
        stated = tables.rows(self.lake, "silver.orders", ("order_id",))
        cancelled = tables.rows(self.lake, "gold.cancellations", ("order_id",))
        known = {row["order_id"] for row in tables.rows(self.lake, "silver.order_events", ("order_id",))}
        for table, rows in shown.items():
            self._count(table, sum(row["orders"] + row["cancellations"] for row in rows), len(known))
        for table, rows in (("silver.orders", stated), ("gold.cancellations", cancelled)):
            self._count(table, len(rows), len(known))
            self._note(*doubled(table, ("order_id",), rows), *_unknown(table, rows, known))
        self.looks += 1

    def _watch(self) -> None:
        while not self._over.wait(self.pause_seconds):
            try:
                self.look()
            except (DeltaError, OSError) as fault:
                self._note(f"a reader got {type(fault).__name__}: {fault}")

    def _count(self, table: str, count: int, known: int) -> None:
        if count < self._counts[table]:
            self._note(f"{table} fell from {self._counts[table]} orders to {count}")
        if count > known:
            self._note(f"{table} shows {count} orders when silver.order_events knows {known}")
        self._counts[table] = count

    def _note(self, *faults: str) -> None:
        self.violations.extend(fault for fault in faults if fault not in self.violations)


def _unknown(table: str, rows: list[Row], known: set[str]) -> list[str]:
    strangers = sorted({row["order_id"] for row in rows} - known)
    return [f"{table} holds {order}, which silver.order_events does not know" for order in strangers[:3]]
