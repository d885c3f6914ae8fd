"""Fills silver.order_events and silver.quarantine from what is new in bronze."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.silver.parse import parsed
from orders_platform.lakehouse.silver.releasing import Fates, fates, in_place, marked
from orders_platform.lakehouse.silver.rules import breaches, judged
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform.lakehouse.silver.transform import CONFLICT, typed
from orders_platform.lakehouse.silver.verdict import POSITION, verdicts


@dataclass(frozen=True, slots=True)
class Sifted:
    """What became of a batch: rows_in == written + duplicates + quarantined.

    Attributes:
        broken: how many messages broke each error rule; one message may break several.
        warned: how many valid messages broke each warn-only rule.
        order_ids: bounds of the order ids that it touched, one pair a kind.
        released: what became of those of them that somebody let back in; None where there were none.
    """

    rows_in: int
    written: int
    duplicates: int
    quarantined: int
    broken: dict[str, int]
    warned: dict[str, int]
    order_ids: tuple[tuple[str, str], ...]
    released: Fates | None = None

    @classmethod
    def nothing(cls) -> "Sifted":
        """Of an empty batch."""
        return cls(0, 0, 0, 0, {}, {}, ())


@dataclass(frozen=True, slots=True)
class _Facts:
    """Counts of a batch, and literal bounds of its order ids: one pair a kind, since cancellations are numbered apart."""

    valid: int
    invalid: int
    warned: int
    order_ids: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """Messages as the rules and silver's own state judge them.

    Attributes:
        rows: all of them, in the columns of both tables.
        odd: the verdict on valid ones that are not plainly new.
    """

    rows: DataFrame
    odd: DataFrame
    facts: _Facts
    verdicts: dict[str, int]

    @property
    def duplicates(self) -> int:
        """Messages that repeat an event byte for byte."""
        return self.verdicts.get("duplicate", 0)

    @property
    def conflicts(self) -> int:
        """Messages with the id of an event that stands, and another body."""
        return self.verdicts.get("conflict", 0)

    @property
    def written(self) -> int:
        """New events."""
        return self.facts.valid - self.duplicates - self.conflicts

    @property
    def quarantined(self) -> int:
        """Messages that break a rule."""
        return self.facts.invalid + self.conflicts


@contextmanager
def judging(lake: Lake, messages: DataFrame) -> Iterator[Judged]:
    """Judge messages in bronze's columns, and write nothing; kept in memory while the block lasts."""
    rows = typed(judged(parsed(messages)), lake.zone).persist()
    facts = _facts(rows)
    odd = verdicts(rows.where("is_valid"), _known(lake, rows, facts)).persist()
    counts = {row["verdict"]: row["count"] for row in odd.groupBy("verdict").count().collect()}
    if not counts:
        # Spark plans anew what is kept in memory from a table that is written to
        odd.unpersist()
    try:
        yield Judged(rows, odd, facts, counts)
    finally:
        odd.unpersist()
        rows.unpersist()


def sift(lake: Lake, messages: DataFrame, note: Note, releases: DataFrame | None = None) -> Sifted:
    """Split messages into new events, duplicates and quarantine, and write both tables; quarantine first.

    The events' commit carries the note, so a kill between the two writes repeats the first, which knows its positions.

    Args:
        releases: rows as `releasing.pending` gives them: each counts in place of the message at its position.
    """
    if releases is not None:
        messages = in_place(messages, releases)
    with judging(lake, messages) as found:
        released = None if releases is None else marked(lake, fates(releases, found.rows, found.odd))
        _set_aside(lake, _rejected(found.rows, found.odd, messages), bad=found.quarantined)
        if found.written:
            lake.append(_new(found.rows, found.odd, any_odd=bool(found.verdicts)), ORDER_EVENTS, note)
        else:
            lake.move_on(ORDER_EVENTS, note)
        return _told(found, released)


def _told(found: Judged, released: Fates | None) -> Sifted:
    facts = found.facts
    broken = breaches("reasons", found.rows.where("NOT is_valid")) if facts.invalid else {}
    return Sifted(
        rows_in=facts.valid + facts.invalid,
        written=found.written,
        duplicates=found.duplicates,
        quarantined=found.quarantined,
        broken=broken | ({CONFLICT: found.conflicts} if found.conflicts else {}),
        warned=breaches("warnings", found.rows.where("is_valid")) if facts.warned else {},
        order_ids=facts.order_ids,
        released=released,
    )


def _facts(rows: DataFrame) -> _Facts:
    found = (
        rows.groupBy("is_valid", F.when(F.col("is_valid"), F.col("kind")).alias("kind"))
        .agg(
            F.count("*").alias("n"),
            F.count_if(F.size("warnings") > 0).alias("warned"),
            F.min("order_id").alias("low"),
            F.max("order_id").alias("high"),
        )
        .collect()
    )
    valid = [row for row in found if row.is_valid]
    return _Facts(
        valid=sum(row.n for row in valid),
        invalid=sum(row.n for row in found if not row.is_valid),
        warned=sum(row.warned for row in valid),
        order_ids=tuple((row.low, row.high) for row in valid),
    )


def _known(lake: Lake, rows: DataFrame, facts: _Facts) -> DataFrame:
    """Events of the batch's orders that silver holds; bounds keep the search from reading all history."""
    events = lake.read(ORDER_EVENTS).where(id_bounds(facts.order_ids))
    ids = rows.where("is_valid").select("order_id").distinct()
    return events.join(F.broadcast(ids), "order_id", "left_semi")


def id_bounds(bounds: tuple[tuple[str, str], ...]) -> SparkColumn:
    """Holds for order ids within one of the pairs; every id of the batch is, whatever its kind was before."""
    held = F.lit(False)
    for low, high in bounds:
        held = held | F.col("order_id").between(low, high)
    return held


def _new(rows: DataFrame, odd: DataFrame, *, any_odd: bool) -> DataFrame:
    events = rows.where("is_valid")
    if not any_odd:
        nothing = {"supersedes_order_date": F.lit(None).cast("date"), "supersedes_occurred_at": F.lit(None).cast("timestamp")}
        return events.withColumns({"is_stale": F.lit(False), **nothing})
    marks = odd.select(*POSITION, "verdict", "is_stale", "supersedes_order_date", "supersedes_occurred_at")
    marked = events.join(F.broadcast(marks), list(POSITION), "left")
    new = marked.where("verdict IS NULL OR verdict = 'new'")
    return new.withColumn("is_stale", F.coalesce("is_stale", F.lit(False)))


def _rejected(rows: DataFrame, odd: DataFrame, messages: DataFrame) -> DataFrame:
    """Rows that broke a rule, and events whose id stands with another body; with their bytes."""
    broken = rows.where("NOT is_valid").drop("is_valid")
    conflicts = odd.where("verdict = 'conflict'").select(*POSITION)
    bytes_of = messages.join(F.broadcast(conflicts), list(POSITION), "left_semi").select(*POSITION, F.col("value").alias("bytes"))
    conflicting = rows.join(F.broadcast(bytes_of), list(POSITION)).withColumn("value", F.col("bytes"))
    return broken.unionByName(conflicting.withColumn("reasons", F.array(F.lit(CONFLICT))), allowMissingColumns=True)


def _set_aside(lake: Lake, rejected: DataFrame, *, bad: int) -> None:
    if not bad:
        return
    held = lake.read(QUARANTINE).select(*POSITION)
    fresh = rejected.join(held, list(POSITION), "left_anti")
    columns = {"attempt": F.lit(1), "quarantined_at": F.current_timestamp(), "released_at": F.lit(None).cast("timestamp")}
    lake.append(fresh.withColumns(columns), QUARANTINE, Note())
