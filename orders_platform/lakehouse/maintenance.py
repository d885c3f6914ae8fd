"""Keeps tables quick and small: many small files are made few, and files that no reader needs any more are removed.

Nothing that a table has yet to read is removed. Silver and gold read the change feed of the table before them by its versions,
and a removed file takes the changes that it held along: where one of them is behind by more than the retention, the files stay.
Files are not sorted by any column: rows come in the order of their days and ids already, and each file's bounds follow from that.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime

from pyspark.sql import functions as F

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.damage import table_damage
from orders_platform.lakehouse.lake import Lake, State
from orders_platform.lakehouse.report import Upkeep
from orders_platform.lakehouse.table import FEED_RETENTION, Table
from orders_platform.lakehouse.turn import own_turn


def maintain(lake: Lake, tables: Collection[str] = (), *, now: datetime | None = None) -> Iterator[Upkeep]:
    """Compact each table and clear it of old files, and yield what was done as it is done; no `tables` means all.

    Raises InputError for an unknown table, PassRefused while a pass is at work, and, after all others, where one is damaged:
    nothing but this looks whether the old files of bronze are there still.
    """
    unknown = sorted(set(tables) - BY_KEY.keys())
    if unknown:
        raise InputError(f"no such table: {', '.join(unknown)}; there are {', '.join(BY_KEY)}")
    return _each(lake, [table for table in TABLES if table.key in tables or not tables], now or datetime.now(UTC))


def _each(lake: Lake, tables: Collection[Table], now: datetime) -> Iterator[Upkeep]:
    with own_turn(lake):
        lake.create(TABLES)
        states = {table.key: lake.state(table) for table in TABLES}
        damaged: list[str] = []
        for table in tables:
            place = lake.local_path(table)
            if place and (said := table_damage(table.key, place)):
                damaged.append(said)
                continue
            yield _maintained(lake, table, _behind(lake, table, states, now - FEED_RETENTION))
        if damaged:
            raise PassRefused("; ".join(damaged))


def _maintained(lake: Lake, table: Table, behind: list[str]) -> Upkeep:
    started = time.monotonic()
    before = _file_count(lake, table)
    lake.spark.sql(f"OPTIMIZE {lake.name(table)}").collect()
    freed = 0 if behind else _vacuumed(lake, table)
    return Upkeep(
        table=table.key,
        files_before=before,
        files_after=_file_count(lake, table),
        bytes_freed=freed,
        seconds=round(time.monotonic() - started, 3),
        kept=f"{', '.join(behind)} did not read it for {FEED_RETENTION.days} days: run a pass" if behind else "",
    )


def _behind(lake: Lake, table: Table, states: Mapping[str, State], limit: datetime) -> list[str]:
    """Tables that have yet to read a commit older than `limit`; one that starts anew reads the newest version, not the feed."""
    own = states[table.key]
    readers = {key: state.note.source_version for key, state in states.items() if state.note.source_id == own.id}
    unread = {version for version in readers.values() if version < own.version}
    late = {version for version in unread if _is_older(lake, table, version + 1, limit)}
    return sorted(key for key, version in readers.items() if version in late)


def _is_older(lake: Lake, table: Table, version: int, limit: datetime) -> bool:
    """Whether a commit was made before `limit`; one that the log has dropped was."""
    found = lake.spark.sql(f"DESCRIBE HISTORY {lake.name(table)}").where(F.col("version") == version).collect()
    # Spark hands timestamps over in this process's zone, without naming it
    return not found or found[0]["timestamp"].astimezone(UTC) < limit


def _vacuumed(lake: Lake, table: Table) -> int | None:
    """Bytes that were freed, of files older than the table's own retention; Delta's default is seven days.

    Where there is nothing to remove, nothing is run: VACUUM commits twice even then.
    """
    vacuum = f"VACUUM {lake.name(table)}"
    if not lake.spark.sql(f"{vacuum} DRY RUN").collect():
        return 0
    lake.spark.sql(vacuum).collect()
    history = lake.spark.sql(f"DESCRIBE HISTORY {lake.name(table)} LIMIT 2").where("operation = 'VACUUM START'").collect()
    return int(history[0]["operationMetrics"]["sizeOfDataToDelete"]) if history else None


def _file_count(lake: Lake, table: Table) -> int:
    return int(lake.spark.sql(f"DESCRIBE DETAIL {lake.name(table)}").collect()[0]["numFiles"])
