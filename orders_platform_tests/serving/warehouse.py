"""A SQL warehouse's API over a folder: it takes statements with typed parameters, and answers in texts, chunk by chunk."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from databricks.sdk.service.sql import (
    ColumnInfo,
    ColumnInfoTypeName,
    ResultData,
    ResultManifest,
    ResultSchema,
    ServiceError,
    StatementExecutionAPI,
    StatementResponse,
    StatementState,
    StatementStatus,
)
from deltalake import DeltaTable

from orders_platform.serving.source import table_of

_TYPES: Final = {
    "BIGINT": ColumnInfoTypeName.LONG,
    "INTEGER": ColumnInfoTypeName.INT,
    "DOUBLE": ColumnInfoTypeName.DOUBLE,
    "DATE": ColumnInfoTypeName.DATE,
    "TIMESTAMP WITH TIME ZONE": ColumnInfoTypeName.TIMESTAMP,
    "VARCHAR[]": ColumnInfoTypeName.ARRAY,
}
_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "DATE": date.fromisoformat,
    "TIMESTAMP": datetime.fromisoformat,
    "BIGINT": int,
    "STRING": str,
}


class FolderStatements(StatementExecutionAPI):
    """The part of the API that the room asks. A first chunk of one row, the rest in a second."""

    def __init__(self, lake: Path) -> None:
        """Ask nobody over a network."""
        self._lake = lake
        self._rest: list[list[str | None]] = []

    def execute_statement(self, statement: str, warehouse_id: str, **asked: Any) -> StatementResponse:
        """Run it, as a warehouse in that folder would."""
        assert warehouse_id
        if "read_files" in statement:
            return _answer([("value", ColumnInfoTypeName.STRING)], [[file.read_text()] for file in self._ledger_files()])
        table = table_of(statement)
        folder = self._lake.joinpath(*table.split("."))
        if not folder.exists():
            return _failed(f"[TABLE_OR_VIEW_NOT_FOUND] The table {table} cannot be found")
        values = {str(each.name): _READ[str(each.type)](str(each.value)) for each in asked["parameters"]}
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'")
            connection.register("held", DeltaTable(folder).to_pyarrow_dataset())
            text = re.sub(r"^--.*$", "", statement, flags=re.MULTILINE).replace(table, "held")
            answer = connection.execute(re.sub(r":(?=[a-z])", "$", text), values)
            columns = [(name, _TYPES.get(str(kind), ColumnInfoTypeName.STRING)) for name, kind, *_ in answer.description or ()]
            rows = [[_text(value) for value in row] for row in answer.fetchall()]
        self._rest = rows[1:]
        return _answer(columns, rows[:1], next_chunk=1 if self._rest else None)

    def get_statement_result_chunk_n(self, statement_id: str, chunk_index: int) -> ResultData:
        """The second chunk, the last."""
        assert (statement_id, chunk_index) == ("s", 1)
        return ResultData.from_dict({"data_array": self._rest})

    def _ledger_files(self) -> list[Path]:
        return sorted((self._lake / "ops" / "ledger").rglob("*.json"))


class FaultyStatements(FolderStatements):
    """One that never answers but by this fault."""

    def __init__(self, lake: Path, fault: Exception) -> None:
        """Ask nobody."""
        super().__init__(lake)
        self._fault = fault

    def execute_statement(self, *_: Any, **__: Any) -> StatementResponse:
        """Raise."""
        raise self._fault


def _answer(
    columns: list[tuple[str, ColumnInfoTypeName]], rows: list[list[str | None]], *, next_chunk: int | None = None
) -> StatementResponse:
    schema = ResultSchema(columns=[ColumnInfo(name=name, type_name=kind) for name, kind in columns])
    return StatementResponse(
        manifest=ResultManifest(schema=schema),
        result=ResultData.from_dict({"data_array": rows, "next_chunk_index": next_chunk}),
        statement_id="s",
        status=StatementStatus(state=StatementState.SUCCEEDED),
    )


def _failed(said: str) -> StatementResponse:
    return StatementResponse(
        statement_id="s", status=StatementStatus(state=StatementState.FAILED, error=ServiceError(message=said))
    )


def _text(value: Any) -> str | None:
    """As the API writes it in JSON_ARRAY."""
    if value is None:
        return None
    if isinstance(value, list):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date) else str(value)
