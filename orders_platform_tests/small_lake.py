"""Small Delta lakes made by delta-rs: right ones out of the fold, and then wrong ones on purpose."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from deltalake import write_deltalake

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform_tests.builders import bronze_rows
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.oracle.facts import Row
from orders_platform_tests.oracle.fold import fold
from orders_platform_tests.oracle.gold import gold_tables
from orders_platform_tests.oracle.silver import event_rows, order_rows, quarantine_rows

_LINE = pa.struct([
    ("line_no", pa.int32()),
    ("product_no", pa.string()),
    ("product_name", pa.string()),
    ("unit_price_minor", pa.int64()),
    ("quantity", pa.int64()),
])  # fmt: skip
_ARROW: dict[str, Any] = {
    "string": pa.string(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
    "boolean": pa.bool_(),
    "binary": pa.binary(),
    "array<string>": pa.list_(pa.string()),
}


def a_right_lake(lake: Path, bodies: Iterable[bytes | None]) -> Path:
    """A lake that one pass over these messages should leave."""
    write(lake, "bronze.order_events", bronze_rows(bodies))
    silver = fold(tables.messages(lake), ZoneInfo("UTC"))
    made = {
        "silver.order_events": event_rows(silver),
        "silver.orders": order_rows(silver),
        "silver.quarantine": quarantine_rows(silver),
        **gold_tables(silver.orders),
    }
    for table, rows in made.items():
        write(lake, table, rows)
    return lake


def write(lake: Path, table: str, rows: Iterable[Row]) -> None:
    """Let the table hold these rows and no others; columns not given are null."""
    layer, _, name = table.partition(".")
    schema = pa.schema([(column.name, _ARROW.get(column.type, pa.list_(_LINE))) for column in BY_KEY[table].columns])
    held = pa.Table.from_pylist(list(rows), schema=schema)
    write_deltalake(lake / layer / name, held, mode="overwrite")


def rewrite(lake: Path, table: str, change: Callable[[list[Row]], list[Row]]) -> None:
    """Change what a table holds."""
    write(lake, table, change(tables.rows(lake, table)))


def write_ledger(lake: Path, pass_id: str, *reports: Row) -> None:
    """A pass's entry in the ledger; each report names only what matters."""
    whole = [
        {
            "pass_id": pass_id,
            "table": "silver.order_events",
            "rows_in": 0,
            "written": 0,
            "duplicates": 0,
            "quarantined": 0,
            "positions_from": {},
            "positions_to": {},
            "finished_at": datetime(2026, 1, 5, 12, tzinfo=UTC).isoformat(),
            **report,
        }
        for report in reports
    ]
    day = lake / "ops" / "ledger" / "2026-01-05"
    day.mkdir(parents=True, exist_ok=True)
    (day / f"{pass_id}.json").write_text(json.dumps({"pass_id": pass_id, "tables": whole}))
