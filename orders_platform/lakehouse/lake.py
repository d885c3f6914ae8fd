"""Where the tables are, and the few ways in which they are read and written.

Each commit carries a note (Delta's userMetadata): which version of the table before it, and which positions of the hub, it
covers. Data and progress are thus one atomic step: a table that was killed at any moment knows where to go on.
"""

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.damage import log_damage, remake
from orders_platform.lakehouse.log_repair import leave_out_broken_checkpoints
from orders_platform.lakehouse.places import files_folder
from orders_platform.lakehouse.report import Positions, folded_positions
from orders_platform.lakehouse.table import Table
from orders_platform.lakehouse.table_log import Commit, FolderLog, SparkLog, TableLog, newest_noted
from orders_platform.settings import is_folder

# How many commits to look back for a note.
_LOOK_BACK = 100
_NOTE_OF_STATEMENTS = "spark.databricks.delta.commitInfo.userMetadata"


@dataclass(frozen=True, slots=True)
class Note:
    """What a commit says of its table.

    Attributes:
        source_id: Delta's id of the table that it was made from; a re-created source starts anew.
        source_version: the version of that table up to which it is made.
        positions: what it covers of the hub.
        newest: when the hub took the newest message that it covers, ISO 8601; empty where there is none.
        zone: the time zone in which its days were worked out; empty where it has none.
        releases_id: of silver's events: Delta's id of bronze.releases; empty where there was none.
        releases_version: the version of it up to which they are made.
    """

    source_id: str = ""
    source_version: int = -1
    positions: Positions = field(default_factory=dict)
    newest: str = ""
    zone: str = ""
    releases_id: str = ""
    releases_version: int = -1

    @classmethod
    def parse(cls, text: str) -> "Note":
        """A note as a commit carries it."""
        note = cls(**json.loads(text))
        return replace(note, positions=folded_positions(note.positions))


@dataclass(frozen=True, slots=True)
class State:
    """A table as it stands: its identity, its version, the newest note in its history, and the rows that commit wrote."""

    id: str
    version: int
    note: Note
    rows_written: int
    key: str = "a table"

    def covers(self, source: "State") -> int:
        """The version of its source up to which this table is made; -1 where it must be made anew."""
        if self.note.source_id != source.id:
            return -1
        if self.note.source_version > source.version:
            raise PassRefused(
                f"{self.key} is made from version {self.note.source_version} of its source, which now ends at {source.version}: "
                "an older copy was put in its place; set each table made from it aside by `orders-platform tables reset`, and "
                "the next pass makes them anew"
            )
        return self.note.source_version


@dataclass(frozen=True, slots=True)
class Upsert:
    """How rows `s` meet a table `t`: where they match, and what each kind of match sets; rows that match none are inserted."""

    on: str
    updates: tuple[tuple[str, Mapping[str, str]], ...]


@dataclass(frozen=True, slots=True)
class Lake:
    """The lake at a path (`/data/lake`) or in a Unity Catalog (`shop_prod`).

    Attributes:
        zone: the shop's time zone, which decides an order's day.
        as_of: versions at which tables are read, by their keys, unless one is asked for; other tables are read as they stand.
    """

    spark: SparkSession
    root: str
    zone: str = "UTC"
    as_of: Mapping[str, int] = field(default_factory=dict, kw_only=True)

    @property
    def is_path(self) -> bool:
        """Whether tables are folders below a path rather than names in a catalog."""
        return is_folder(self.root)

    @property
    def folder(self) -> Path:
        """Where the lake keeps files that are no tables: ledger, checkpoints, locks."""
        return files_folder(self.root)

    def name(self, table: Table) -> str:
        """The table's name in SQL."""
        return f"delta.`{self._path(table)}`" if self.is_path else f"{self.root}.{table.layer}.{table.name}"

    def _path(self, table: Table) -> str:
        return f"{self.root}/{table.layer}/{table.name}"

    def local_path(self, table: Table) -> Path | None:
        """The table's folder, where it is one of this machine whose log can be looked into."""
        path = self._path(table)
        return Path(path) if self.is_path and FolderLog.can_read(path) else None

    def is_damaged(self, table: Table) -> bool:
        """Whether a commit of the table's log is missing, empty or cut."""
        path = self.local_path(table)
        return path is not None and bool(log_damage(table.key, path))

    def create(self, tables: Iterable[Table]) -> None:
        """Create the tables that are not there yet."""
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(self._create, tables))

    def exists(self, table: Table) -> bool:
        """Whether the table was ever made."""
        if self.is_path:
            return _has_begun(Path(self._path(table), "_delta_log"))
        return self.spark.catalog.tableExists(self.name(table))

    def _create(self, table: Table) -> None:
        if self.is_path:
            if path := self.local_path(table):
                leave_out_broken_checkpoints(self.folder, path)
                if self.is_damaged(table):
                    # whoever opens it says so; a table that is not made from it is filled all the same
                    return
            log = Path(self._path(table), "_delta_log")
            if _has_begun(log):
                return
            # Delta would refuse to make a table where something is
            shutil.rmtree(log, ignore_errors=True)
        properties = ", ".join(f"'{name}' = '{value}'" for name, value in table.properties)
        with_properties = f"TBLPROPERTIES ({properties})" if properties else ""
        self.spark.sql(f"CREATE TABLE IF NOT EXISTS {self.name(table)} ({table.ddl}) USING delta {with_properties}")

    def state(self, table: Table, *, known: State | None = None) -> State:
        """The table's version and newest note. Raises PassRefused where it is no Delta table that can be read.

        Args:
            known: the table's state from earlier in the same pass, which spares asking for its identity again.
        """
        log = self._log(table)
        # nearly always the last commit has a note; maintenance writes commits without one
        commits = log.commits(1)
        if not commits[0].note:
            commits = log.commits(_LOOK_BACK)
        identity = known.id if known else log.identity()
        noted = newest_noted(commits)
        if noted is None:
            return State(identity, commits[0].version, Note(), 0, table.key)
        return State(identity, commits[0].version, Note.parse(noted.note), noted.rows_written, table.key)

    def state_at(self, table: Table, version: int) -> State:
        """The table as it stood at a version. Raises PassRefused where there is none, or nobody tells how far it was made."""
        log = self._log(table)
        newest = log.commits(1)[0].version
        if not 0 <= version <= newest:
            raise PassRefused(f"{table.key} has no version {version}: there are 0 to {newest}")
        commits = log.commits(newest - version + 1 + _LOOK_BACK)
        if commits[-1].version > version:
            raise PassRefused(f"the log of {table.key} no longer tells of version {version}: it begins at {commits[-1].version}")
        noted = newest_noted(commit for commit in commits if commit.version <= version)
        if noted is None:
            raise PassRefused(
                f"version {version} of {table.key} tells of no pass, so nobody knows how far it is made: take one for which "
                f"`orders-platform tables history {table.key}` shows what it covers; where there is none, {remake(table.key)}"
            )
        return State(log.identity(), version, Note.parse(noted.note), noted.rows_written, table.key)

    def commits(self, table: Table, *, after: int) -> list[Commit]:
        """The table's commits after a version, newest first."""
        log = self._log(table)
        newest = log.commits(1)[0].version
        return log.commits(newest - after) if newest > after else []

    def was_restored(self, table: Table, *, after: int, to: int) -> bool:
        """Whether one of the commits after one version, up to another, put an older version back."""
        log = self._log(table)
        newest_first = log.commits(to - after)
        if newest_first[0].version > to:
            # others have committed since
            newest_first = log.commits(newest_first[0].version - after)
        return any(commit.is_restore for commit in newest_first if commit.version <= to)

    def row_count(self, table: Table) -> int:
        """Rows in the table, as its log tells them; no file of data is opened."""
        return self._log(table).row_count()

    def _log(self, table: Table) -> TableLog:
        if path := self.local_path(table):
            return FolderLog(table.key, str(path))
        return SparkLog(table.key, self.spark, self.name(table))

    def read(self, table: Table, version: int | None = None) -> DataFrame:
        """All rows, of the version that is to be read, or a given one."""
        version = self.as_of.get(table.key) if version is None else version
        if version is None:
            return self.spark.read.table(self.name(table))
        return self._load(table, versionAsOf=version)

    def _load(self, table: Table, **options: int | str) -> DataFrame:
        """Rows by a reader with options, which a path in the form of a table name does not take."""
        reader = self.spark.read.format("delta").options(**options)
        return reader.load(self._path(table)) if self.is_path else reader.table(self.name(table))

    def added(self, table: Table, *, after: int, to: int) -> DataFrame:
        """Rows that the commits after one version, up to another, have added; `after` -1: all rows."""
        if after < 0:
            return self.read(table, to)
        changes = self._load(table, readChangeFeed="true", startingVersion=after + 1, endingVersion=to)
        return changes.where("_change_type = 'insert'").drop("_change_type", "_commit_timestamp", "_commit_version")

    def append(self, rows: DataFrame, table: Table, note: Note | None) -> None:
        """Add rows; without a note, the newest one in the table's history stays what it goes by."""
        self._write(rows, table, note, mode="append")

    def move_on(self, table: Table, note: Note) -> None:
        """Note progress where there is no row to add: Delta leaves an empty commit out, unless it counts a transaction.

        It counts them by the table's own versions: a RESTORE takes a count back as little as it does a version.
        """
        nothing = self.read(table).limit(0)
        version = self._log(table).commits(1)[0].version
        self._write(nothing, table, note, mode="append", txnAppId="progress", txnVersion=str(version))

    def restore(self, table: Table, version: int, note: Note) -> None:
        """Put an older version back, in one commit that says how far that version is made."""
        with self._noting(note):
            self.spark.sql(f"RESTORE TABLE {self.name(table)} TO VERSION AS OF {version}").collect()

    def replace(self, rows: DataFrame, table: Table, note: Note, *, where: str) -> None:
        """Put rows in place of all that `where` finds, in one commit; every row must meet it."""
        self._write(rows, table, note, mode="overwrite", replaceWhere=where)

    def overwrite(self, rows: DataFrame, table: Table, note: Note) -> None:
        """Put rows in place of the whole table, in one commit."""
        self._write(rows, table, note, mode="overwrite")

    def upsert(self, rows: DataFrame, table: Table, note: Note, how: Upsert) -> None:
        """Update and insert in one commit."""
        merge = DeltaTable.forName(self.spark, self.name(table)).alias("t").merge(rows.alias("s"), how.on)
        for condition, sets in how.updates:
            merge = merge.whenMatchedUpdate(condition, dict(sets))
        with self._noting(note):
            merge.whenNotMatchedInsert(values={name: f"s.{name}" for name in table.column_names}).execute()

    @contextmanager
    def _noting(self, note: Note) -> Iterator[None]:
        """For statements that take no option for the note; writes beside them carry theirs as an option, which goes first."""
        self.spark.conf.set(_NOTE_OF_STATEMENTS, json.dumps(asdict(note)))
        try:
            yield
        finally:
            self.spark.conf.unset(_NOTE_OF_STATEMENTS)

    def _write(self, rows: DataFrame, table: Table, note: Note | None, *, mode: str, **options: str) -> None:
        said = {"userMetadata": json.dumps(asdict(note))} if note else {}
        writer = rows.select(*table.column_names).write.format("delta").mode(mode).options(**said, **options)
        if self.is_path:
            writer.save(self._path(table))
        else:
            writer.saveAsTable(self.name(table))


def _has_begun(log: Path) -> bool:
    """Whether a log holds more than a creation leaves that was cut off before its commit."""
    return log.is_dir() and any(each.is_file() and not each.name.startswith(".") for each in log.iterdir())
