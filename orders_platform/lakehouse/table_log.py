"""What a table's log says: its commits with their notes, its identity, its rows.

Spark answers anywhere, but each answer is a query of its own, with jobs: too dear for a small pass on two cores. Where the lake
is a folder of this machine, delta-rs reads the same log files in milliseconds. Both are held to the same answers by a test.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.damage import Unreadable, log_damage, opened
from orders_platform.lakehouse.log_repair import IN_PLACE

if TYPE_CHECKING:
    from deltalake import DeltaTable

_CHANGES_NO_ROW = {"CREATE TABLE", "OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "UPGRADE PROTOCOL", IN_PLACE}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of a Delta table.

    Attributes:
        note: its userMetadata; empty where it has none.
        operation: what Delta calls it, like WRITE or RESTORE.
        restored: the version that it put back; None where it put none back, or was asked for a timestamp.
    """

    version: int
    note: str
    rows_written: int
    operation: str = "WRITE"
    restored: int | None = None

    @property
    def is_restore(self) -> bool:
        """Whether it put an older state of the table back."""
        return self.operation == "RESTORE"

    @property
    def is_by_hand(self) -> bool:
        """Whether it may have changed rows, and no pass wrote it."""
        return not (self.note or self.is_restore or self.operation in _CHANGES_NO_ROW)

    @classmethod
    def told(cls, history: Mapping[str, Any]) -> "Commit":
        """From a row of the table's history."""
        restored = (history.get("operationParameters") or {}).get("version")
        return cls(
            version=history["version"],
            note=history.get("userMetadata") or "",
            rows_written=int((history.get("operationMetrics") or {}).get("numOutputRows", 0)),
            operation=history["operation"],
            restored=None if restored is None else int(restored),
        )


class TableLog(Protocol):
    """Every method raises PassRefused where there is no Delta table that can be read."""

    def commits(self, most: int) -> list[Commit]:
        """The newest commits, newest first."""

    def identity(self) -> str:
        """Delta's id of the table."""

    def row_count(self) -> int:
        """Rows in the table now."""


@dataclass(frozen=True, slots=True)
class SparkLog:
    """The log as Spark tells it, of any table that Spark finds under `name`."""

    key: str
    spark: SparkSession
    name: str

    def commits(self, most: int) -> list[Commit]:
        """DESCRIBE HISTORY."""
        return [Commit.told(row) for row in self._asked(f"DESCRIBE HISTORY {self.name} LIMIT {most}")]

    def identity(self) -> str:
        """DESCRIBE DETAIL."""
        return str(self._asked(f"DESCRIBE DETAIL {self.name}")[0]["id"])

    def row_count(self) -> int:
        """Counted by Delta from the statistics of its files."""
        return self.spark.table(self.name).count()

    def _asked(self, text: str) -> list[dict[str, Any]]:
        try:
            return [row.asDict() for row in self.spark.sql(text).collect()]
        except AnalysisException as fault:
            raise _unreadable(self.key, fault) from fault


@dataclass(frozen=True, slots=True)
class FolderLog:
    """The log in a folder of this machine, read by delta-rs, which comes with the local extra."""

    key: str
    path: str

    @staticmethod
    def can_read(path: str) -> bool:
        """Whether the path is of this machine and delta-rs is installed."""
        return path.startswith("/") and not path.startswith(("/Volumes/", "/dbfs/")) and find_spec("deltalake") is not None

    def commits(self, most: int) -> list[Commit]:
        """The newest commit files."""
        return [Commit.told(commit) for commit in self._open().history(most)]

    def identity(self) -> str:
        """From the table's metadata."""
        return str(self._open().metadata().id)

    def row_count(self) -> int:
        """Summed over the statistics of the files."""
        return int(self._open().count())

    def row_count_at(self, version: int) -> int:
        """The same, of a version; what came after it need not be whole."""
        return int(self._opened(version).count())

    def _open(self) -> "DeltaTable":
        if damage := log_damage(self.key, Path(self.path)):
            raise PassRefused(damage)
        return self._opened()

    def _opened(self, version: int | None = None) -> "DeltaTable":
        try:
            return opened(self.path, version)
        except Unreadable as fault:
            raise _unreadable(self.key, fault) from fault


def newest_noted(commits: Iterable[Commit]) -> Commit | None:
    """The newest commit with a note that counts.

    Raises PassRefused where that depends on a RESTORE to a timestamp.
    """
    return next((commit for commit in counting(commits) if commit.note), None)


def counting(newest_first: Iterable[Commit]) -> Iterator[Commit]:
    """Commits down to the newest with a note, which a RESTORE may have, too; those that a RESTORE took back do not count."""
    newest = None
    for commit in newest_first:
        if newest is not None and commit.version > newest:
            continue
        yield commit
        if commit.note:
            return
        if commit.is_restore:
            newest = _restored_version(commit)


def _restored_version(commit: Commit) -> int:
    if commit.restored is None:
        raise PassRefused("a table was restored to a timestamp, which does not tell how far it is made: restore it to a version")
    return commit.restored


def _unreadable(key: str, fault: Exception) -> PassRefused:
    said = " ".join(str(fault).split())
    return PassRefused(f"{key} cannot be read: {said}; if it was deleted, run a pass over all tables")
