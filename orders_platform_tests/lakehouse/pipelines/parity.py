"""What a lake of passes and the pipeline's tables say differently; columns that only one of them has are not looked at."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from orders_platform_tests.invariants import GOLD_KEYS
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.oracle.comparing import differences
from orders_platform_tests.oracle.facts import Row

Rows = Callable[[str], Iterable[Row]]
POSITION = ("generation", "partition", "sequence_number")
KEYS = {"silver.orders": ("order_id",), "silver.quarantine": POSITION, **GOLD_KEYS}
# of how a pass cuts messages into batches, or of its clock
_OF_THE_PASS = {"versions_seen", "ingested_at", "attempt", "quarantined_at", "released_at"}


def disparities(expected: Rows, found: Rows, keys: Mapping[str, tuple[str, ...]] = KEYS) -> list[str]:
    """Every way in which the pipeline's tables, as `found` gives them by name, are not those that are expected."""
    return [
        fault for table, key in keys.items() for fault in differences(table, key, _judged(expected(table)), _judged(found(table)))
    ]


def of_passes(lake: Path) -> Rows:
    """The rows of a lake that passes have filled."""
    return lambda table: tables.rows(lake, table)


def of_the_pipeline(folder: Path) -> Rows:
    """The rows that a run here has made."""
    return lambda table: tables.rows(folder, f"warehouse.{table.replace('.', '_')}")


def _judged(rows: Iterable[Row]) -> list[Row]:
    """Rows without what only a pass knows; reasons in one order."""
    return [
        {name: sorted(value) if name == "reasons" else value for name, value in row.items() if name not in _OF_THE_PASS}
        for row in rows
    ]
