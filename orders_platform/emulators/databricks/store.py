"""Jobs and runs on disk: what was answered survives the end of the process, however that comes about."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final, Self

from orders_platform.emulators.data_folder import locked_folder
from orders_platform.errors import EnvironmentFault

JOB, RUN = "job", "run"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS documents (kind TEXT, number INTEGER, body TEXT NOT NULL, PRIMARY KEY (kind, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS numbers (last INTEGER NOT NULL);
INSERT INTO numbers SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM numbers);
"""


class Store:
    """Documents by kind and number, in one file that one process uses at a time."""

    def __init__(self, lock: IO[str], database: sqlite3.Connection) -> None:
        """Made by `open`."""
        self._lock = lock
        self._database = database

    @classmethod
    def open(cls, data: Path) -> Self:
        """Open the data directory. Raises EnvironmentFault where it cannot be used, or is used by another process."""
        lock = locked_folder(data, holds="jobs", user="jobs service")
        try:
            database = sqlite3.connect(data / "jobs.sqlite", isolation_level=None)
            database.executescript(f"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; {_TABLES}")
        except sqlite3.Error as fault:
            lock.close()
            raise EnvironmentFault(f"{data / 'jobs.sqlite'} cannot be read ({fault}): give another --data") from fault
        return cls(lock, database)

    def close(self) -> None:
        """Let another process have it."""
        self._database.close()
        self._lock.close()

    def next_number(self) -> int:
        """A number that nothing had before."""
        [(number,)] = self._database.execute("UPDATE numbers SET last = last + 1 RETURNING last")
        return int(number)

    def keep(self, kind: str, number: int, document: dict[str, Any]) -> None:
        """Keep a document, in the place of an older one."""
        self._database.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (kind, number, json.dumps(document)))

    def forget(self, kind: str, number: int) -> None:
        """Drop a document."""
        self._database.execute("DELETE FROM documents WHERE kind = ? AND number = ?", (kind, number))

    def documents(self, kind: str) -> Iterator[dict[str, Any]]:
        """All of a kind, oldest first."""
        for (body,) in self._database.execute("SELECT body FROM documents WHERE kind = ? ORDER BY number", (kind,)):
            yield json.loads(body)
