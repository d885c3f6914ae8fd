"""The quarantine read by delta-rs and DuckDB, without Spark: counts by reason, rows, one message whole."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any, Final

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyRelation, Expression, FunctionExpression

from orders_platform.errors import InputError
from orders_platform.hub_name import folded
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.damage import damage_told
from orders_platform.lakehouse.quarantine.asked import Position, Selection
from orders_platform.lakehouse.reading import opened
from orders_platform.lakehouse.silver.table import QUARANTINE
from orders_platform.lakehouse.table import Table
from orders_platform.settings import Settings

_ROW: Final = "generation, partition, sequence_number, enqueued_at, key, order_id, reasons, attempt, quarantined_at, released_at"
_TRY: Final = "attempt, released_at, repair, body IS NOT NULL AS changed, why, release_id"
_ORDER: Final = "enqueued_at DESC, generation, partition, sequence_number DESC"


@dataclass(frozen=True, slots=True)
class Row:
    """A message that was set aside.

    Attributes:
        released_at: when it was let back in; None while it is not.
    """

    generation: str
    partition: int
    sequence_number: int
    enqueued_at: datetime
    key: str | None
    order_id: str | None
    reasons: tuple[str, ...]
    attempt: int
    quarantined_at: datetime
    released_at: datetime | None

    @property
    def position(self) -> str:
        """As `show` and `release` take it."""
        return str(Position(self.partition, self.sequence_number, self.generation))


@dataclass(frozen=True, slots=True)
class Listed:
    """What a selection finds: how many by reason, how many messages, and the newest of them."""

    counts: dict[str, int]
    messages: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Try:
    """A release that was asked for.

    Attributes:
        attempt: how often the message had been tried before.
        changed: whether another body was put in place of its own.
    """

    attempt: int
    released_at: datetime
    repair: str | None
    changed: bool
    why: str
    release_id: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A message whole: its row, its body as it came, the body that counts where another was put in its place, and its tries."""

    row: Row
    value: bytes | None
    body: bytes | None
    tries: tuple[Try, ...]


def listed(settings: Settings, selection: Selection, *, limit: int, released: bool = False) -> Listed:
    """The messages that stand in the quarantine now; with `released`, those that were let back in, too."""
    with _rows_of(settings, QUARANTINE) as rows:
        if rows is None:
            return Listed({}, 0, ())
        found = rows.filter(_condition(selection))
        if not released:
            found = found.filter("released_at IS NULL")
        by_reason = (
            found.project("unnest(reasons) AS reason").aggregate("reason, count(*) AS n", "reason").order("n DESC, reason")
        )
        [(messages,)] = found.aggregate("count(*)").fetchall()
        newest = found.project(_ROW).order(_ORDER).limit(limit)
        return Listed(dict(by_reason.fetchall()), messages, tuple(_row(each) for each in newest.fetchall()))


def shown(settings: Settings, position: Position) -> Shown:
    """The message at a position. Raises InputError where none is set aside there, or those of several hubs are."""
    at = _condition(Selection(positions=(str(position),)))
    with _rows_of(settings, QUARANTINE) as rows:
        found = rows.filter(at).project(f"{_ROW}, value").fetchall() if rows else []
    if not found:
        raise InputError(f"nothing is set aside at {position}")
    rows_at = {_row(each[:-1]).generation: each for each in found}
    if len(set(map(folded, rows_at))) > 1:
        several = ", ".join(_row(each[:-1]).position for each in found)
        raise InputError(f"{position} is of several hubs: say {several}")
    with _rows_of(settings, RELEASES) as releases:
        tries = releases.filter(at).order("attempt").project(f"{_TRY}, body").fetchall() if releases else []
    # a lake may hold the hub's messages twice, under two spellings
    *row, value = rows_at.get(position.generation, found[0])
    body = tries[-1][-1] if tries else None
    return Shown(_row(row), value, body, tuple(Try(*each[:-1]) for each in tries))


@contextmanager
def _rows_of(settings: Settings, table: Table) -> Iterator[DuckDBPyRelation | None]:
    """The rows of a table; None where it was never made."""
    found = opened(settings, table)
    with damage_told(settings.lake), duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection.from_arrow(found.to_pyarrow_dataset()) if found else None


def _condition(selection: Selection) -> Expression:
    reasons, at = ColumnExpression("reasons"), ColumnExpression("enqueued_at")
    conditions = [ConstantExpression(True)]
    if selection.reasons:
        conditions.append(FunctionExpression("list_has_any", reasons, ConstantExpression(list(selection.reasons))))
    if selection.since:
        conditions.append(at >= ConstantExpression(selection.since))
    if selection.until:
        conditions.append(at < ConstantExpression(selection.until))
    if selection.positions:
        conditions.append(reduce(or_, map(_at, selection.places)))
    return reduce(and_, conditions)


def _at(position: Position) -> Expression:
    parts = [
        ColumnExpression("partition") == ConstantExpression(position.partition),
        ColumnExpression("sequence_number") == ConstantExpression(position.sequence_number),
    ]
    if position.generation:
        generation = FunctionExpression("lower", ColumnExpression("generation"))
        parts.append(generation == ConstantExpression(folded(position.generation)))
    return reduce(and_, parts)


def _row(values: Sequence[Any]) -> Row:
    generation, partition, number, enqueued_at, key, order_id, reasons, *rest = values
    return Row(generation, partition, number, enqueued_at, key, order_id, tuple(reasons), *rest)
