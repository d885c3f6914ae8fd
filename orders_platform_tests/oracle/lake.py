"""Tables as they stand, read by delta-rs: no JVM, and none of the code that wrote them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from deltalake import DeltaTable

from orders_platform_tests.oracle.facts import Message, Position, Row

POSITION = ("generation", "partition", "sequence_number")


def exists(lake: Path, table: str) -> bool:
    """Whether the table was ever made."""
    return DeltaTable.is_deltatable(str(_path(lake, table)))


def version(lake: Path, table: str) -> int:
    """The table's newest version; -1 where there is none."""
    return DeltaTable(_path(lake, table)).version() if exists(lake, table) else -1


def rows(lake: Path, table: str, columns: Sequence[str] | None = None) -> list[Row]:
    """The table's rows at its newest version; none where there is no table."""
    if not exists(lake, table):
        return []
    found: list[Row] = DeltaTable(_path(lake, table)).to_pyarrow_table(columns=list(columns) if columns else None).to_pylist()
    return found


def messages(lake: Path) -> list[Message]:
    """Bronze, as it counts: where somebody let a message back in, the body that he gave, from when he did."""
    names = (*POSITION, "value", "ingested_at")
    released = releases(lake)
    came = (Message(**row) for row in rows(lake, "bronze.order_events", names))
    return [released.get(message.position, message) for message in came]


def releases(lake: Path) -> dict[Position, Message]:
    """The newest release of each message."""
    newest_last = sorted(rows(lake, "bronze.releases"), key=lambda row: row["attempt"])
    bodies = ((row, row["value"] if row["body"] is None else row["body"]) for row in newest_last)
    told = (
        Message(row["generation"], row["partition"], row["sequence_number"], body, row["released_at"]) for row, body in bodies
    )
    return {message.position: message for message in told}


def digest(lake: Path, table: str) -> str:
    """A fingerprint of the rows, whatever order or files they lie in."""
    lines = sorted(repr(sorted(row.items())) for row in rows(lake, table))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _path(lake: Path, table: str) -> Path:
    layer, _, name = table.partition(".")
    return lake / layer / name
