"""The lake on a disk: delta-rs finds a table's files, DuckDB answers over them. Only the columns and days asked for are read."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from orders_platform.lakehouse.damage import log_damage
from orders_platform.lakehouse.places import ledger_folder, table_uri
from orders_platform.lakehouse.report import TableReport
from orders_platform.serving.ledger_window import LedgerWindow
from orders_platform.serving.source import LEDGER, Ask, Source, TableAway, Value, query, table_of

_VALUE: Final = re.compile(r":(?=[a-z])")
_COMMENT: Final = re.compile(r"^--.*\n", re.MULTILINE)
# files may be gone, half of them there, or no parquet: all of it is a table that cannot be read now
_FAULTS: Final = (DeltaError, duckdb.Error, OSError, ValueError)


class LakeSource(Source):
    """A lake in a folder."""

    refresh_seconds = 5.0

    def __init__(self, lake: str) -> None:
        """Open nothing yet."""
        self._lake = lake
        self._ledger = LedgerWindow(ledger_folder(lake))

    @contextmanager
    def look(self) -> Iterator[Ask]:
        """A database in memory, over the tables as they stand when they are first asked for."""
        with duckdb.connect(config={"threads": "2"}) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield _Look(self._lake, connection)

    def reports(self, since: datetime) -> list[TableReport]:
        """Out of the ledger's files, each parsed once."""
        try:
            return self._ledger.reports(since)
        except OSError as fault:
            raise TableAway(LEDGER, is_missing=False) from fault


class _Look:
    def __init__(self, lake: str, connection: duckdb.DuckDBPyConnection) -> None:
        self._lake, self._connection = lake, connection
        self._shown: set[str] = set()

    def __call__(self, name: str, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        text = query(name)
        table = table_of(text)
        try:
            view = self._show(table)
            asked = _VALUE.sub("$", _COMMENT.sub("", text)).replace(table, view)
            answer = self._connection.execute(asked, dict(values))
            rows = answer.fetchall()
        except _FAULTS as fault:
            raise TableAway(table, is_missing=False) from fault
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _show(self, table: str) -> str:
        """Let DuckDB see the table at its newest version, once a look; the view's name."""
        view = table.replace(".", "_")
        if view not in self._shown:
            uri = table_uri(self._lake, table)
            if uri is None or not DeltaTable.is_deltatable(uri):
                raise TableAway(table, is_missing=True)
            # delta-rs takes an empty commit for one that changed nothing
            if log_damage(table, Path(uri)):
                raise TableAway(table, is_missing=False)
            self._connection.register(view, DeltaTable(uri).to_pyarrow_dataset())
            self._shown.add(view)
        return view
