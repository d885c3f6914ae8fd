"""Fills bronze from the hub by Structured Streaming; each position once, whatever was killed, lost or repeated.

The stream's checkpoint says what to read next. What is in the table is said by the table alone: each commit notes the end of
every partition, so a batch that comes again is cut to what is new, and a checkpoint that is ahead of the table, or was lost,
is noticed before a row is written.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from orders_platform.errors import EnvironmentFault, HubError, PassRefused
from orders_platform.lakehouse import full_disk
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake, Note, State
from orders_platform.lakehouse.report import Positions
from orders_platform.lakehouse.source import HubSource

Ends = dict[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch gave: messages offered, those that were new, and the ends of all partitions after it."""

    offered: int
    written: int
    positions: Positions


def drain(lake: Lake, source: HubSource, state: State) -> Taken:
    """Take everything up to the hub's tail, in batches of bounded size.

    Raises PassRefused where messages are missing, HubError where the hub does not answer.
    """
    known = state.note.positions.get(source.generation, {})
    if source.is_current:
        _not_ahead(known, source.tails)
    if source.is_current and all(known.get(partition, 0) >= tail for partition, tail in source.tails.items()):
        return Taken(0, 0, {source.generation: known})
    batches: list[Taken] = []
    query = stream(lake, source, state, batches.append).trigger(availableNow=True).start()
    finish(query)
    last = batches[-1].positions if batches else {source.generation: known}
    return Taken(sum(batch.offered for batch in batches), sum(batch.written for batch in batches), last)


def _not_ahead(known: Ends, tails: Mapping[str, int]) -> None:
    """A hub that ends before bronze does has lost its tail, and would give the lost numbers out again, to be taken for known."""
    for partition, tail in tails.items():
        if known.get(partition, 0) > tail:
            raise PassRefused(
                f"partition {partition}: the hub ends at {tail}, but bronze holds up to {known[partition]}: if another pass has "
                "just run, run again; else the hub lost its newest messages (a power cut without --fsync): create it anew, so "
                "that its positions start another generation, and publish again what the outbox has not seen confirmed"
            )


def finish(query: StreamingQuery) -> None:
    """Wait for a stream's end. Raises what its batches raised, in the project's own words."""
    try:
        query.awaitTermination()
    except StreamingQueryException as fault:
        raise _in_our_words(fault) from fault


def _in_our_words(fault: StreamingQueryException) -> Exception:
    text = str(fault)
    refused = re.search(r"PassRefused: (.+)", text)
    if refused:
        return PassRefused(refused[1])
    if "failOnDataLoss" in text or "OffsetOutOfRange" in text:
        return PassRefused(
            "the hub no longer has messages that bronze has not taken: its retention has passed; replay the gap from the backup "
            "or the outbox, then delete the lake's _checkpoints/bronze folder and run again"
        )
    if full_disk.tells_of_it(fault):
        return EnvironmentFault(full_disk.SENTENCE)
    if "FOREACH_BATCH" in text:
        # our own code, or a table's: the whole trace tells more than a sentence
        return fault
    first = text.strip().splitlines()[0]
    return HubError(f"the stream from the hub ended: {first[:500]}")


def stream(lake: Lake, source: HubSource, state: State, on_batch: Callable[[Taken], None]) -> DataStreamWriter:
    """A stream from the hub into bronze as it stands, not yet started; `on_batch` is called after each commit."""
    positions = state.note.positions
    if not positions and not lake.read(ORDER_EVENTS).isEmpty():
        raise PassRefused(
            "bronze.order_events has rows, but none of its last commits tells up to which position: "
            "restore it to a version that a pass wrote (DESCRIBE HISTORY shows a userMetadata there)"
        )

    def take(batch: DataFrame, batch_id: int) -> None:  # noqa: ARG001  batch ids are the checkpoint's; positions are ours
        nonlocal positions
        taken = _append(lake, source, batch, positions)
        positions = taken.positions
        on_batch(taken)

    messages = lake.spark.readStream.format("kafka").options(**_options(source, positions)).load()
    # a table or a hub made anew gets a checkpoint of its own
    checkpoint = f"{lake.folder}/_checkpoints/bronze/{state.id}/{source.generation}"
    return messages.writeStream.foreachBatch(take).option("checkpointLocation", checkpoint).queryName("orders_bronze")


def _options(source: HubSource, positions: Positions) -> dict[str, str]:
    """Kafka options; the start counts only where there is no checkpoint: then it is the end of what the table holds."""
    known = positions.get(source.generation, {})
    starts = {partition: known.get(partition, -2) for partition in source.tails}
    return {
        **source.options,
        "startingOffsets": json.dumps({source.topic: starts}) if known else "earliest",
        "maxOffsetsPerTrigger": str(source.max_messages),
    }


def _append(lake: Lake, source: HubSource, batch: DataFrame, positions: Positions) -> Taken:
    batch = batch.persist()
    try:
        known = positions.get(source.generation, {})
        found = _ends(batch, known)
        new = _without(batch, known, found.starts)
        after = {**positions, source.generation: {**known, **found.ends}}
        if found.new:
            lake.append(_envelope(new, source.generation), ORDER_EVENTS, Note(positions=after, newest=found.newest))
        return Taken(found.offered, found.new, after)
    finally:
        batch.unpersist()


@dataclass(frozen=True, slots=True)
class _Found:
    starts: Ends
    ends: Ends
    offered: int
    new: int
    newest: str


def _ends(batch: DataFrame, known: Ends) -> _Found:
    """Where each partition of the batch starts and ends. Raises PassRefused where messages are missing before it."""
    rows = (
        batch.groupBy(F.col("partition").cast("string").alias("partition"))
        .agg(
            F.min("offset").alias("start"),
            F.max("offset").alias("last"),
            F.count("*").alias("n"),
            F.max("timestamp").alias("newest"),
        )
        .collect()
    )
    for row in rows:
        if row.start > known.get(row.partition, row.start) or row.n != row.last - row.start + 1:
            raise PassRefused(
                f"partition {row.partition}: bronze ends before {known.get(row.partition)}, but the hub gave {row.n} messages "
                f"{row.start}..{row.last}; if the table was restored to an older version, delete the lake's "
                "_checkpoints/bronze folder and run again; if the hub's retention has passed, replay the gap from the backup"
            )
    ends = {row.partition: max(row.last + 1, known.get(row.partition, 0)) for row in rows}
    new = sum(max(0, row.last + 1 - max(row.start, known.get(row.partition, row.start))) for row in rows)
    newest = max((row.newest.astimezone(UTC).isoformat() for row in rows), default="")
    return _Found({row.partition: row.start for row in rows}, ends, sum(row.n for row in rows), new, newest)


def _without(batch: DataFrame, known: Ends, starts: Ends) -> DataFrame:
    """The batch without what the table holds already; untouched in the usual case that it holds none of it."""
    for partition, start in starts.items():
        if start < known.get(partition, start):
            batch = batch.where(f"NOT (partition = {partition} AND offset < {known[partition]})")
    return batch


def _envelope(batch: DataFrame, generation: str) -> DataFrame:
    """A Kafka row as bronze keeps it; Event Hubs' sequence number is the Kafka offset."""
    return batch.select(
        F.lit(generation).alias("generation"),
        "partition",
        F.col("offset").alias("sequence_number"),
        F.col("key").cast("string").alias("key"),
        "value",
        F.col("timestamp").alias("enqueued_at"),
        F.lit("hub").alias("road"),
        F.current_timestamp().alias("ingested_at"),
    )
