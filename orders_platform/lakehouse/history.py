"""The versions of the tables, each with how far it is made; read from their logs, without Spark."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from orders_platform.errors import InputError
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.log_files import log_files
from orders_platform.lakehouse.places import table_uri
from orders_platform.lakehouse.reading import opened
from orders_platform.lakehouse.report import Positions
from orders_platform.lakehouse.table import Table
from orders_platform.settings import Settings

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a table, and the commit that made it.

    Attributes:
        at: when, ISO 8601.
        rows: in the table then; None where its log no longer tells.
        restored: the version that it put back, where it did.
        made_from: the version of the table before it that it covers; None where no pass wrote it, or no table is before it.
        positions: what it covers of the hub.
        newest: when the hub took the newest message that it covers, ISO 8601.
    """

    table: str
    version: int
    at: str
    operation: str
    rows: int | None
    restored: int | None
    made_from: int | None
    positions: Positions
    newest: str | None


def history(settings: Settings, key: str | None, *, limit: int) -> list[Version]:
    """The newest versions of a table, or of each, newest first; of a damaged log, those before the damage.

    Raises InputError for a table that is not there.
    """
    if key is not None and key not in BY_KEY:
        raise InputError(f"no such table: {key}; there are {', '.join(BY_KEY)}")
    tables = TABLES if key is None else (BY_KEY[key],)
    told = [each for table in tables for each in _versions(settings, table, limit)]
    if key is not None and not told:
        raise InputError(f"{settings.lake} has no {key} yet: run a pass")
    return told


def _versions(settings: Settings, table: Table, limit: int) -> Iterator[Version]:
    uri = table_uri(settings.lake, table.key)
    files = log_files(Path(uri)) if uri else None
    broken = next(files.broken(), None) if files else None
    if files and broken:
        # by the files themselves: delta-rs counts them from the newest that it can read
        commits: Iterable[Mapping[str, Any]] = islice(files.history(broken.version - 1), limit)
    else:
        found = opened(settings, table)
        commits = found.history(limit) if found else ()
    for commit in commits:
        yield _version(table, commit, _rows(str(uri), commit["version"]))


def _version(table: Table, commit: Mapping[str, Any], rows: int | None) -> Version:
    note = json.loads(commit.get("userMetadata") or "{}")
    restored = (commit.get("operationParameters") or {}).get("version") if commit["operation"] == "RESTORE" else None
    return Version(
        table=table.key,
        version=commit["version"],
        at=datetime.fromtimestamp(commit["timestamp"] / _MILLISECONDS, UTC).isoformat(timespec="seconds"),
        operation=commit["operation"],
        rows=rows,
        restored=None if restored is None else int(restored),
        made_from=note["source_version"] if note.get("source_id") else None,
        positions=note.get("positions", {}),
        newest=note.get("newest") or None,
    )


def _rows(uri: str, version: int) -> int | None:
    try:
        return int(DeltaTable(uri, version=version).count())
    except DeltaError:
        return None
