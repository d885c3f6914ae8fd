"""Reading the lake without Spark: delta-rs for the tables, DuckDB for SQL over them."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from orders_platform.errors import InputError, PassRefused
from orders_platform.lakehouse import audit, ledger
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.damage import lake_damage, log_damage
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.table import Table
from orders_platform.settings import Settings, is_folder

# takes a sentence about something damaged
Warn = Callable[[str], None]
_LEDGER_COLUMNS = (
    "pass_id varchar, table_name varchar, rows_in bigint, written bigint, duplicates bigint, quarantined bigint, "
    "positions_from varchar, positions_to varchar, version bigint, row_count bigint, "
    "lag_seconds double, seconds double, finished_at timestamptz, checks varchar, longest_wait_seconds double"
)
_CHECK_COLUMNS = (
    "pass_id varchar, table_name varchar, check_name varchar, passed boolean, blocking boolean, warn_only boolean, "
    "figures json, finished_at timestamptz"
)
# A pasted query reads the lake, and no other file of whoever runs it; nothing of it reaches the network.
_READ_ONLY = ("enable_external_access = false", "python_enable_replacements = false", "lock_configuration = true")
_AUDIT_COLUMNS = (
    "id varchar, who varchar, action varchar, arguments varchar, why varchar, "
    "begun_at timestamptz, ended_at timestamptz, outcome varchar"
)


@dataclass(frozen=True, slots=True)
class TableState:
    """A table as a reader finds it now.

    Attributes:
        newest: when the hub took the newest message that the table covers, ISO 8601.
        lag_seconds: from then until now.
    """

    table: str
    rows: int
    version: int
    newest: str | None
    lag_seconds: float | None


def table_states(settings: Settings) -> list[TableState]:
    """Every table that can be read, in the order of the flow."""
    return [_state(table, found) for table, found in _readable(settings)]


def query(settings: Settings, text: str, warn: Warn = lambda _: None) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names and rows of one SELECT over the lake's tables; `warn` is told of what is damaged and left out.

    Raises InputError for anything but one SELECT, and where DuckDB refuses it.
    """
    with duckdb.connect() as connection:
        _show_tables(connection, settings, warn)
        told = list(ledger.read(settings.lake, warn))
        _show_ledger(connection, told)
        _show_checks(connection, told)
        _show_audit(connection, settings, warn)
        for setting in _READ_ONLY:
            connection.execute(f"SET {setting}")
        try:
            answer = connection.execute(_one_select(text))
            return [column[0] for column in answer.description or ()], answer.fetchall()
        except (duckdb.Error, OSError) as fault:
            if found := lake_damage(settings.lake):
                raise PassRefused("; ".join(found)) from fault
            raise InputError(f"the query was refused: {_hint(str(fault))}") from fault


def _one_select(text: str) -> duckdb.Statement:
    statements = duckdb.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise InputError("sql runs one SELECT over the lake's tables, and nothing that writes, loads or sets: give one SELECT")
    return statements[0]


def _hint(fault: str) -> str:
    """What DuckDB says; but for a column of times it says nothing of what to do."""
    if "from timestamp[ns]" not in fault:
        return fault
    return (
        "a column of times holds one before 1678 or after 2261, from before events with such a time were set aside; "
        "leave that column out, or make the tables anew out of the backup: `orders-platform backup replay --into FOLDER`"
    )


def opened(settings: Settings, table: Table) -> DeltaTable | None:
    """The table; None where there is none yet. Raises InputError for a lake in a catalog, PassRefused for a damaged table."""
    if not is_folder(settings.lake):
        raise InputError(f"{settings.lake} is a Unity Catalog, which is read where it is governed: ask a SQL warehouse")
    uri = f"{settings.lake}/{table.layer}/{table.name}"
    if damage := log_damage(table.key, Path(uri)):
        raise PassRefused(damage)
    return DeltaTable(uri) if DeltaTable.is_deltatable(uri) else None


def _readable(settings: Settings, warn: Warn = lambda _: None) -> Iterator[tuple[Table, DeltaTable]]:
    """Tables that are there; `warn` is told of those that are damaged."""
    for table in (*TABLES, RELEASES):
        try:
            found = opened(settings, table)
        except PassRefused as damage:
            warn(str(damage))
            continue
        if found is not None:
            yield table, found


def _state(table: Table, found: DeltaTable) -> TableState:
    rows = sum(found.get_add_actions(flatten=True)["num_records"].to_pylist())
    notes = (commit.get("userMetadata") for commit in found.history(20))
    newest = next((json.loads(note).get("newest") for note in notes if note), None) or None
    lag = (datetime.now(UTC) - datetime.fromisoformat(newest)).total_seconds() if newest else None
    return TableState(table.key, rows, found.version(), newest, lag)


def _show_tables(connection: duckdb.DuckDBPyConnection, settings: Settings, warn: Warn) -> None:
    for layer in {table.layer for table in (*TABLES, RELEASES)}:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
    for table, found in _readable(settings, warn):
        seen = f"seen_{table.layer}_{table.name}"
        connection.register(seen, found.to_pyarrow_dataset())
        connection.execute(f"CREATE VIEW {table.key} AS SELECT * FROM {seen}")  # noqa: S608  names from our catalog


def _show_ledger(connection: duckdb.DuckDBPyConnection, reports: Iterable[TableReport]) -> None:
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS ops; CREATE TABLE ops.ledger ({_LEDGER_COLUMNS})")
    rows = [_ledger_row(report) for report in reports]
    if rows:
        connection.executemany("INSERT INTO ops.ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _show_checks(connection: duckdb.DuckDBPyConnection, reports: Iterable[TableReport]) -> None:
    """Each answer of each pass, so that a rule's breaches show over weeks."""
    connection.execute(f"CREATE TABLE ops.checks ({_CHECK_COLUMNS})")
    rows = [
        (report.pass_id, report.table, check.name, check.passed, check.blocking, check.warn_only, json.dumps(check.metadata),
         report.finished_at)
        for report in reports
        for check in report.checks
    ]  # fmt: skip
    if rows:
        connection.executemany("INSERT INTO ops.checks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _show_audit(connection: duckdb.DuckDBPyConnection, settings: Settings, warn: Warn) -> None:
    connection.execute(f"CREATE TABLE ops.audit ({_AUDIT_COLUMNS})")
    rows = [astuple(entry) for entry in audit.read(settings.lake, warn)]
    if rows:
        connection.executemany("INSERT INTO ops.audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _ledger_row(report: TableReport) -> tuple[Any, ...]:
    checks = json.dumps({check.name: check.passed for check in report.checks})
    return (
        report.pass_id, report.table, report.rows_in, report.written, report.duplicates, report.quarantined,
        json.dumps(report.positions_from), json.dumps(report.positions_to), report.version, report.row_count,
        report.lag_seconds, report.seconds, report.finished_at, checks, report.longest_wait_seconds,
    )  # fmt: skip
