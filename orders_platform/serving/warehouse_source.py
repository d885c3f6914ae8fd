"""A Unity Catalog, asked through a SQL warehouse: the same queries, by the workspace's own API. It has met no real one yet."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, Final

from databricks.sdk.service.sql import (
    ColumnInfoTypeName,
    ExecuteStatementRequestOnWaitTimeout,
    StatementExecutionAPI,
    StatementParameterListItem,
    StatementResponse,
    StatementState,
)

from orders_platform.errors import SettingsError, WorkspaceError
from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.places import ledger_folder
from orders_platform.lakehouse.report import TableReport
from orders_platform.serving.source import LEDGER, Ask, Rows, Source, TableAway, Value, query, table_of
from orders_platform.workspace import workspace_faults

# so far it looks back for a table that nothing has filled lately
_LOOK_BACK: Final = timedelta(days=7)
_WAIT: Final = "30s"
_MISSING: Final = "TABLE_OR_VIEW_NOT_FOUND"
_READ: Final[Mapping[ColumnInfoTypeName, Callable[[str], Any]]] = {
    ColumnInfoTypeName.INT: int,
    ColumnInfoTypeName.LONG: int,
    ColumnInfoTypeName.DOUBLE: float,
    ColumnInfoTypeName.DECIMAL: float,
    ColumnInfoTypeName.DATE: date.fromisoformat,
    ColumnInfoTypeName.TIMESTAMP: datetime.fromisoformat,
    ColumnInfoTypeName.ARRAY: json.loads,
}


# in this order: a datetime is a date, too
_KINDS: Final = {datetime: "TIMESTAMP", date: "DATE", int: "BIGINT", str: "STRING"}


class WarehouseSource(Source):
    """A catalog behind a warehouse, which is paid for while it runs: it is asked less often than a folder."""

    refresh_seconds = 30.0

    def __init__(self, statements: StatementExecutionAPI, warehouse: str, catalog: str) -> None:
        """Ask nothing yet."""
        self._statements, self._warehouse, self._catalog = statements, warehouse, catalog

    @contextmanager
    def look(self) -> Iterator[Ask]:
        """Each query is a statement of its own, and sees its table at one version; asked again, it has the same answer."""
        answers: dict[tuple[str, frozenset[tuple[str, Value]]], Rows] = {}

        def ask(name: str, values: Mapping[str, Value]) -> Rows:
            asked = name, frozenset(values.items())
            if asked not in answers:
                answers[asked] = self._rows(query(name), table_of(query(name)), values)
            return answers[asked]

        yield ask

    def reports(self, since: datetime) -> list[TableReport]:
        """Out of the ledger's files in the catalog's volume."""
        values: dict[str, Value] = {"folder": str(ledger_folder(self._catalog)), "since": since - _LOOK_BACK}
        rows = self._rows(query("ledger"), LEDGER, values)
        found = [report for row in rows for report in ledger.parse(row["value"])]
        return sorted(found, key=lambda report: report.finished_at)

    def _rows(self, text: str, table: str, values: Mapping[str, Value]) -> list[dict[str, Any]]:
        try:
            with workspace_faults():
                return list(self._read(self._answer(text, values), table))
        except (SettingsError, WorkspaceError, ValueError) as fault:
            raise TableAway(table, is_missing=False) from fault

    def _answer(self, text: str, values: Mapping[str, Value]) -> StatementResponse:
        return self._statements.execute_statement(
            text,
            self._warehouse,
            catalog=self._catalog,
            parameters=[_parameter(name, value) for name, value in values.items()],
            wait_timeout=_WAIT,
            on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CANCEL,
        )

    def _read(self, answer: StatementResponse, table: str) -> Iterator[dict[str, Any]]:
        status, result, columns = answer.status, answer.result, _columns(answer)
        if status is None or status.state is not StatementState.SUCCEEDED:
            said = str(status.error.message if status and status.error else "")
            raise TableAway(table, is_missing=_MISSING in said)
        while result is not None:
            for row in result.data_array or ():
                yield {name: _value(kind, text) for (name, kind), text in zip(columns, row, strict=True)}
            if result.next_chunk_index is None or answer.statement_id is None:
                return
            result = self._statements.get_statement_result_chunk_n(answer.statement_id, result.next_chunk_index)


def _columns(answer: StatementResponse) -> Sequence[tuple[str, ColumnInfoTypeName | None]]:
    schema = answer.manifest.schema if answer.manifest else None
    return [(str(column.name), column.type_name) for column in (schema.columns if schema else None) or ()]


def _value(kind: ColumnInfoTypeName | None, text: str | None) -> object:
    return text if text is None or kind is None or kind not in _READ else _READ[kind](text)


def _parameter(name: str, value: Value) -> StatementParameterListItem:
    kind = next(kind for held, kind in _KINDS.items() if isinstance(value, held))
    return StatementParameterListItem(name, type=kind, value=value.isoformat() if isinstance(value, date) else str(value))
