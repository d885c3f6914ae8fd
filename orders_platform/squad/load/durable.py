"""Writes the ledger so that it outlives a crash: an entry counts once the disk has it, and many share one sync."""

import asyncio
import contextlib
import os
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Protocol, Self

from orders_platform.errors import EnvironmentFault

# between two syncs; what arrives meanwhile goes with the next
_GROUPED_SECONDS = 0.02
_LONGEST_LINE = 2**16


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


@dataclass(frozen=True, slots=True)
class _Entries:
    """Lines on their way to the disk, and who waits for them to be there."""

    lines: bytes
    kept: asyncio.Future[None] | None = None

    def tell(self, fault: EnvironmentFault | None) -> None:
        """Say how it went, from the writer's thread; where the loop is closed, nobody waits any more."""
        if self.kept is not None:
            with contextlib.suppress(RuntimeError):
                self.kept.get_loop().call_soon_threadsafe(_settle, self.kept, fault)


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
        self._waiting: SimpleQueue[_Entries | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="ledger")
        self._fault: EnvironmentFault | None = None

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
        kept = asyncio.get_running_loop().create_future()
        self._waiting.put(_Entries(lines, kept))
        await kept

    def note(self, lines: bytes) -> None:
        """Write entries some time before the block ends."""
        self._waiting.put(_Entries(lines))

    def _write_all(self) -> None:
        taken: list[_Entries | None] = []
        while None not in taken:
            taken = [self._waiting.get()]
            time.sleep(_GROUPED_SECONDS)
            taken += [self._waiting.get() for _ in range(self._waiting.qsize())]
            group = [one for one in taken if one is not None]
            self._write(b"".join(one.lines for one in group))
            for one in group:
                one.tell(self._fault)

    def _write(self, lines: bytes) -> None:
        # after a fault the last line may be torn: nothing may follow it
        if self._fault is not None:
            return
        try:
            while lines:
                lines = lines[self._file.write(lines) :]
            os.fsync(self._file.fileno())
        except OSError as fault:
            self._fault = self._explained(fault)

    def _explained(self, fault: OSError) -> EnvironmentFault:
        return EnvironmentFault(f"the ledger {self._path} cannot be written ({fault.strerror or fault}): give it another place")


def _settle(kept: asyncio.Future[None], fault: EnvironmentFault | None) -> None:
    # whoever waited may have been stopped
    if kept.done():
        return
    if fault is None:
        kept.set_result(None)
    else:
        kept.set_exception(fault)


def _cut_torn_line(path: Path) -> int:
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - _LONGEST_LINE))
        end = file.read(min(size, _LONGEST_LINE))
    torn = len(end) - (end.rfind(b"\n") + 1)
    if torn:
        os.truncate(path, size - torn)
    return torn


def _sync_folder(folder: Path) -> None:
    """Have the disk know the file's name, too; Windows has no such call."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
