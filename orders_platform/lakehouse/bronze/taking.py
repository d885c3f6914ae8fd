"""Appends messages to bronze, each position once: what the table holds is said by the table alone.

Each commit notes the end of every partition, so a batch that comes again, by the same road or another one, is cut to what is new.
One before which messages are missing, or that has another body at a position that bronze holds, is refused before a row is
written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.bronze import same_bodies
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS, ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.report import Positions

Ends = dict[str, int]
HUB, BACKUP = "hub", "backup"
_ADVICE = {
    HUB: "if the hub's retention has passed, fill the gap by `orders-platform backup replay`",
    BACKUP: "`orders-platform backup check` tells what its files lack",
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What a road gave.

    Attributes:
        offered: messages that came; written: those that were new.
        positions: the ends of all partitions after it.
        oldest: when the hub took the oldest message of the batches that had new ones, ISO 8601; empty where that is not known.
        set_aside: what was broken and therefore left where it is, a sentence each.
    """

    offered: int
    written: int
    positions: Positions
    set_aside: tuple[str, ...] = ()
    oldest: str = ""

    def then(self, later: "Taken") -> "Taken":
        """This one and a later one as one."""
        return Taken(
            self.offered + later.offered,
            self.written + later.written,
            later.positions,
            self.set_aside + later.set_aside,
            min(filter(None, (self.oldest, later.oldest)), default=""),
        )


def append(lake: Lake, messages: DataFrame, positions: Positions, *, generation: str, road: str) -> Taken:
    """Append what is new of messages in HUB_COLUMNS, in one commit.

    Raises PassRefused where messages are missing before them, or bronze holds others at their positions.
    """
    messages = messages.persist()
    try:
        known = positions.get(generation, {})
        found = _found(messages, known, road)
        _refuse_other_bodies(lake, messages, found.again(known), generation=generation, road=road)
        after = {**positions, generation: {**known, **found.ends}}
        if found.new:
            new = _without(messages, known, found.starts)
            lake.append(enveloped(new, generation, road), ORDER_EVENTS, Note(positions=after, newest=found.newest))
        return Taken(found.offered, found.new, after, oldest=found.oldest if found.new else "")
    finally:
        messages.unpersist()


def enveloped(messages: DataFrame, generation: str | SparkColumn, road: str) -> DataFrame:
    """Messages as bronze keeps them."""
    return messages.select(
        F.lit(generation).alias("generation"),
        *HUB_COLUMNS,
        F.lit(road).alias("road"),
        F.current_timestamp().alias("ingested_at"),
    )


@dataclass(frozen=True, slots=True)
class _Found:
    starts: Ends
    ends: Ends
    offered: int
    new: int
    oldest: str
    newest: str

    def again(self, known: Ends) -> dict[str, tuple[int, int]]:
        """Positions that the table holds already, by partition; none in the usual case."""
        return {name: (start, known[name]) for name, start in self.starts.items() if start < known.get(name, 0)}


def _found(messages: DataFrame, known: Ends, road: str) -> _Found:
    """Where each partition of a batch starts and ends. Raises PassRefused where messages are missing before it, or in it."""
    rows = (
        messages.groupBy(F.col("partition").cast("string").alias("partition"))
        .agg(
            F.min("sequence_number").alias("start"),
            F.max("sequence_number").alias("last"),
            F.count("*").alias("n"),
            F.min("enqueued_at").alias("oldest"),
            F.max("enqueued_at").alias("newest"),
        )
        .collect()
    )
    for row in rows:
        if row.start > known.get(row.partition, row.start) or row.n != row.last - row.start + 1:
            raise PassRefused(
                f"partition {row.partition}: bronze ends before {known.get(row.partition)}, but the {road} gave {row.n} messages "
                f"{row.start}..{row.last}; {_ADVICE[road]}"
            )
    ends = {row.partition: max(row.last + 1, known.get(row.partition, 0)) for row in rows}
    new = sum(max(0, row.last + 1 - max(row.start, known.get(row.partition, row.start))) for row in rows)
    oldest = min((row.oldest.astimezone(UTC).isoformat() for row in rows), default="")
    newest = max((row.newest.astimezone(UTC).isoformat() for row in rows), default="")
    return _Found({row.partition: row.start for row in rows}, ends, sum(row.n for row in rows), new, oldest, newest)


def _refuse_other_bodies(
    lake: Lake, messages: DataFrame, again: Mapping[str, tuple[int, int]], *, generation: str, road: str
) -> None:
    """Raise PassRefused where messages that come again are others than those that bronze holds."""
    if not again:
        return
    found = same_bodies.compared(lake, messages, generation, again)
    if found.differing:
        raise PassRefused(
            f"the {road} gives other bodies than bronze holds at {found.differing} positions, like {', '.join(found.sample)}: "
            "one of the two is of another origin; `orders-platform hub peek` shows what the hub holds, and `orders-platform "
            "tables restore` puts bronze back to a version from before"
        )


def _without(messages: DataFrame, known: Ends, starts: Ends) -> DataFrame:
    """The batch without what the table holds already; untouched in the usual case that it holds none of it."""
    for partition, start in starts.items():
        if start < known.get(partition, start):
            messages = messages.where(f"NOT (partition = {partition} AND sequence_number < {known[partition]})")
    return messages
