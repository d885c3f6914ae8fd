"""Reading the lake without Spark: delta-rs for the tables, DuckDB for SQL over them."""

import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
from deltalake import DeltaTable

from orders_platform.errors import InputError
from orders_platform.lakehouse import audit, ledger
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.table import Table
from orders_platform.settings import Settings, is_folder

_LEDGER_COLUMNS = (
    "pass_id varchar, table_name varchar, rows_in bigint, written bigint, duplicates bigint, quarantined bigint, "
    "positions_from varchar, positions_to varchar, version bigint, row_count bigint, "
    "lag_seconds double, seconds double, finished_at timestamptz, checks varchar, longest_wait_seconds double"
)
_CHECK_COLUMNS = (
    "pass_id varchar, table_name varchar, check_name varchar, passed boolean, blocking boolean, warn_only boolean, "
    "figures json, finished_at timestamptz"
)
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
    """Every table that exists, in the order of the flow."""
    return [_state(table, found) for table in (*TABLES, RELEASES) if (found := opened(settings, table)) is not None]


def query(settings: Settings, text: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names and rows of a query. Raises InputError where DuckDB refuses it."""
    with duckdb.connect() as connection:
        _show_tables(connection, settings)
        told = list(ledger.read(settings.lake))
        _show_ledger(connection, told)
        _show_checks(connection, told)
        _show_audit(connection, settings)
        try:
            answer = connection.execute(text)
        except duckdb.Error as fault:
            raise InputError(f"the query was refused: {fault}") from fault
        return [column[0] for column in answer.description or ()], answer.fetchall()


def opened(settings: Settings, table: Table) -> DeltaTable | None:
    """The table; None where there is none yet. Raises InputError for a lake in a catalog."""
    if not is_folder(settings.lake):
        raise InputError(f"{settings.lake} is a Unity Catalog, which is read where it is governed: ask a SQL warehouse")
    uri = f"{settings.lake}/{table.layer}/{table.name}"
    return DeltaTable(uri) if DeltaTable.is_deltatable(uri) else None


def _state(table: Table, found: DeltaTable) -> TableState:
    rows = sum(found.get_add_actions(flatten=True)["num_records"].to_pylist())
    notes = (commit.get("userMetadata") for commit in found.history(20))
    newest = next((json.loads(note).get("newest") for note in notes if note), None) or None
    lag = (datetime.now(UTC) - datetime.fromisoformat(newest)).total_seconds() if newest else None
    return TableState(table.key, rows, found.version(), newest, lag)


def _show_tables(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    for table in (*TABLES, RELEASES):
        found = opened(settings, table)
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.layer}")
        if found is not None:
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


def _show_audit(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    connection.execute(f"CREATE TABLE ops.audit ({_AUDIT_COLUMNS})")
    rows = [astuple(entry) for entry in audit.read(settings.lake)]
    if rows:
        connection.executemany("INSERT INTO ops.audit VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _ledger_row(report: TableReport) -> tuple[Any, ...]:
    checks = json.dumps({check.name: check.passed for check in report.checks})
    return (
        report.pass_id, report.table, report.rows_in, report.written, report.duplicates, report.quarantined,
        json.dumps(report.positions_from), json.dumps(report.positions_to), report.version, report.row_count,
        report.lag_seconds, report.seconds, report.finished_at, checks, report.longest_wait_seconds,
    )  # fmt: skip
