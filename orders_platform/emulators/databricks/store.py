"""Jobs and runs on disk: what was answered survives the end of the process, however that comes about.

Where the disk is full nothing new is taken in; what becomes of the runs at work is kept in memory until there is room again.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, Self

from orders_platform.emulators.data_folder import locked_folder
from orders_platform.emulators.databricks.errors import StorageFull
from orders_platform.errors import EnvironmentFault

JOB, RUN = "job", "run"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS documents (kind TEXT, number INTEGER, body TEXT NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (last INTEGER NOT NULL);
INSERT INTO numbers SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM numbers);
"""


class Store:
    """Documents by kind and number, in one file that one process uses at a time."""

    def __init__(self, file: Path, lock: IO[str], database: sqlite3.Connection) -> None:
        """Made by `open`."""
        self._file = file
        self._lock = lock
        self._database = database
        # by kind and number: the newest text, None for what is dropped
        self._unwritten: dict[tuple[str, int], str | None] = {}

    @classmethod
    def open(cls, data: Path) -> Self:
        """Open the data directory. Raises EnvironmentFault where it cannot be used, or is used by another process."""
        lock = locked_folder(data, holds="jobs", user="jobs service")
        file = data / "jobs.sqlite"
        try:
            database = sqlite3.connect(file, isolation_level=None)
            database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")
        except sqlite3.Error as fault:
            lock.close()
            raise _unreadable(file, fault) from fault
        return cls(file, lock, database)

    def close(self) -> None:
        """Let another process have it."""
        self._write()
        self._database.close()
        self._lock.close()

    def next_number(self) -> int:
        """A number that nothing had before. Raises StorageFull where it cannot be kept."""
        try:
            [(number,)] = self._database.execute("UPDATE numbers SET last = last + 1 RETURNING last").fetchall()
        except sqlite3.OperationalError as fault:
            raise StorageFull(f"{fault} ({self._file.parent}): the disk is full: make room, and ask again") from fault
        return int(number)

    def keep(self, kind: str, number: int, document: dict[str, Any]) -> None:
        """Keep a document, in the place of an older one."""
        self._unwritten[kind, number] = json.dumps(document)
        self._write()

    def forget(self, kind: str, number: int) -> None:
        """Drop a document."""
        self._unwritten[kind, number] = None
        self._write()

    def _write(self) -> None:
        """What is not on disk yet; on a full one it waits for the next change, since the runs do not."""
        for (kind, number), text in list(self._unwritten.items()):
            try:
                if text is None:
                    self._database.execute("DELETE FROM documents WHERE kind = ? AND number = ?", (kind, number))
                else:
                    self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (kind, number, text))
            except sqlite3.OperationalError:
                return
            del self._unwritten[kind, number]

    def documents(self, kind: str) -> Iterator[dict[str, Any]]:
        """All of a kind, oldest first. Raises EnvironmentFault where one cannot be read."""
        try:
            for (body,) in self._database.execute("SELECT body FROM documents WHERE kind = ? ORDER BY number", (kind,)):
                yield json.loads(body)
        except (sqlite3.Error, ValueError) as fault:
            raise _unreadable(self._file, fault) from fault


def _unreadable(file: Path, fault: Exception) -> EnvironmentFault:
    return EnvironmentFault(
        f"{file} cannot be read ({fault}): move it away, and start again; only jobs and runs of before are forgotten with it"
    )
