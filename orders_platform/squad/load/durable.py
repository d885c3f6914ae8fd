"""Writes the ledger so that it outlives a crash: an entry counts once the disk has it, and many share one sync."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Protocol, Self

from orders_platform.errors import EnvironmentFault

# between two syncs; what arrives meanwhile goes with the next
_GROUPED_SECONDS = 0.02

_Told = Callable[[OSError | None], None]


class LedgerKeeper(Protocol):
    """Takes entries of a ledger."""

    async def keep(self, lines: bytes) -> None:
        """Return once the entries cannot get lost any more."""

    def note(self, lines: bytes) -> None:
        """Take entries that nobody waits for."""


class NoLedger:
    """For a load of which nothing is to be kept."""

    async def keep(self, lines: bytes) -> None:
        """Nothing to do."""

    def note(self, lines: bytes) -> None:
        """Nothing to do."""


class DurableLedger:
    """A ledger's file, appended to by a thread of its own, for a block.

    Attributes:
        cut_bytes: of a last line that a killed writer had left torn.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises EnvironmentFault."""
        self._path = path
        try:
            self._file = path.open("ab", buffering=0)
            self.cut_bytes = _cut_torn_line(path)
            _sync_folder(path.parent)
        except OSError as fault:
            raise self._explained(fault) from fault
        self._waiting: SimpleQueue[tuple[bytes, _Told] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="ledger")

    def __enter__(self) -> Self:
        """Start writing."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Write what is left."""
        self._waiting.put(None)
        self._thread.join()
        self._file.close()

    async def keep(self, lines: bytes) -> None:
        """Return once the entries are on the disk. Raises EnvironmentFault where they cannot be written."""
        loop = asyncio.get_running_loop()
        kept: asyncio.Future[None] = loop.create_future()

        def settle(fault: OSError | None) -> None:
            if kept.done():
                return
            if fault:
                kept.set_exception(self._explained(fault))
            else:
                kept.set_result(None)

        self._waiting.put((lines, lambda fault: _tell(loop, settle, fault)))
        await kept

    def note(self, lines: bytes) -> None:
        """Write entries some time before the block ends."""
        self._waiting.put((lines, lambda _: None))

    def _write_all(self) -> None:
        goes_on = True
        while goes_on:
            first = self._waiting.get()
            time.sleep(_GROUPED_SECONDS)
            taken = [first, *self._drained()]
            group = [one for one in taken if one is not None]
            goes_on = None not in taken
            fault = self._written(b"".join(lines for lines, _ in group))
            for _, tell in group:
                tell(fault)

    def _drained(self) -> list[tuple[bytes, _Told] | None]:
        drained = []
        while True:
            try:
                drained.append(self._waiting.get_nowait())
            except Empty:
                return drained

    def _written(self, lines: bytes) -> OSError | None:
        try:
            while lines:
                lines = lines[self._file.write(lines) :]
            os.fsync(self._file.fileno())
        except OSError as fault:
            return fault
        return None

    def _explained(self, fault: OSError) -> EnvironmentFault:
        return EnvironmentFault(
            f"the ledger {self._path} cannot be written ({fault.strerror or fault}): give --ledger a place that can be"
        )


def _tell(loop: asyncio.AbstractEventLoop, settle: _Told, fault: OSError | None) -> None:
    try:
        loop.call_soon_threadsafe(settle, fault)
    except RuntimeError:
        # the loop is closed: nobody waits any more
        return


def _cut_torn_line(path: Path) -> int:
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        os.truncate(path, whole)
    return len(content) - whole


def _sync_folder(folder: Path) -> None:
    """Have the disk know the file's name, too; Windows has no such call."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
