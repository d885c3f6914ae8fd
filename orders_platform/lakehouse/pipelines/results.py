"""What a run of the pipeline left on this machine, read without Spark."""

from pathlib import Path

from deltalake import DeltaTable

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.pipelines.tables import NAMES, name_of

_GOLD = tuple(name_of(table) for table in TABLES if table.layer == "gold")


def table_path(folder: Path, name: str) -> Path:
    """Where a table lies."""
    return folder / "warehouse" / name


def counts(folder: Path) -> dict[str, int]:
    """Rows of each table."""
    return {name: DeltaTable(table_path(folder, name)).count() for name in NAMES}


def empty_seconds(folder: Path) -> float:
    """How long the gold view that stood empty longest did so in the last run: from truncation to the commit that filled it."""
    return max(_empty_seconds(DeltaTable(table_path(folder, name))) for name in _GOLD)


def _empty_seconds(view: DeltaTable) -> float:
    """Zero in a first run: there was no view."""
    filled = None
    for commit in view.history():
        if commit["operation"] == "WRITE" and filled is None:
            filled = commit["timestamp"]
        if commit["operation"] == "TRUNCATE" and filled is not None:
            return float(filled - commit["timestamp"]) / 1000
    return 0.0
