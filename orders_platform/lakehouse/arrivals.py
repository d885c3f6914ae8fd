"""How long the messages of the last batches have waited, so that each table can tell its longest wait without a query."""

import threading
from collections import deque
from typing import Final

from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.lake import Note
from orders_platform.lakehouse.report import Positions

# batches of several minutes: a table that is further behind says so by what it had
_KEPT: Final = 4096


class Arrivals:
    """Batches as bronze took them: from which positions on, and when the hub took the oldest message. Safe between threads."""

    def __init__(self) -> None:
        """Know of none."""
        self._batches: deque[tuple[Positions, str]] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def add(self, before: Positions, taken: Taken) -> None:
        """Enter what came after these positions."""
        if taken.written:
            with self._lock:
                self._batches.append((before, taken.oldest))

    def oldest(self, had: Note, has: Note) -> str:
        """When the hub took the oldest message that a table gained, ISO 8601; empty where it gained none, or nobody knows.

        Of a table that was left behind further than batches are kept, when it took the newest that the table had: the oldest one
        that it lacked came not much later.
        """
        if has.positions == had.positions:
            return ""
        with self._lock:
            batches = list(self._batches)
        start = next((place for place, (before, _) in enumerate(batches) if before == had.positions), None)
        return had.newest if start is None else min((oldest for _, oldest in batches[start:] if oldest), default="")
