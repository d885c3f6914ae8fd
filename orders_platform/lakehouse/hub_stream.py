"""The hub as a stream of Spark: its messages by the names that they have in bronze, and its faults in the project's own words."""

import json
import re
from collections.abc import Callable, Mapping

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.query import StreamingQuery
from pyspark.sql.streaming.readwriter import DataStreamWriter

from orders_platform.errors import EnvironmentFault, HubError, PassRefused
from orders_platform.lakehouse import full_disk
from orders_platform.lakehouse.source import HubSource

# what batches raise and Spark hands on as text
_OURS = {kind.__name__: kind for kind in (PassRefused, EnvironmentFault)}


def hub_messages(spark: SparkSession, source: HubSource, known: Mapping[str, int]) -> DataFrame:
    """Every message from `known` on, by partition; the start counts only where there is no checkpoint."""
    starts = {partition: known.get(partition, -2) for partition in source.tails}
    options = {
        **source.options,
        "startingOffsets": json.dumps({source.topic: starts}) if known else "earliest",
        "maxOffsetsPerTrigger": str(source.max_messages),
    }
    return named(spark.readStream.format("kafka").options(**options).load())


def named(messages: DataFrame) -> DataFrame:
    """Rows of Spark's Kafka source by the names that they have in bronze. Event Hubs' sequence number is the Kafka offset."""
    return messages.select(
        "partition",
        F.col("offset").alias("sequence_number"),
        F.col("key").cast("string").alias("key"),
        "value",
        F.col("timestamp").alias("enqueued_at"),
    )


def not_ahead(known: Mapping[str, int], tails: Mapping[str, int], what: str = "bronze") -> None:
    """Raise PassRefused where the hub ends before `what` does.

    It has lost its tail, and would give the lost numbers out again, to be taken for known.
    """
    for partition, tail in tails.items():
        if known.get(partition, 0) > tail:
            raise PassRefused(
                f"partition {partition}: the hub ends at {tail}, but {what} holds up to {known[partition]}: if another pass has "
                "just run, run again; else the hub's data was put back from an older copy: stop it and let `orders-platform hub "
                "repair --new-generation` give its positions another meaning, then send again what it lacks by `orders-platform "
                "outbox replay`"
            )


def in_batches(rows: DataFrame, take: Callable[[DataFrame], None], *, name: str, checkpoint: str) -> DataStreamWriter:
    """A stream, not yet started, that gives its batches to `take`: their ids are the checkpoint's, and count for nothing."""
    writer = rows.writeStream.foreachBatch(lambda batch, _: take(batch))
    return writer.queryName(name).option("checkpointLocation", checkpoint)


def finish(query: StreamingQuery) -> None:
    """Wait for a stream's end. Raises what its batches raised, in the project's own words."""
    try:
        query.awaitTermination()
    except StreamingQueryException as fault:
        raise _in_our_words(fault) from fault


def tells_of_loss(text: str) -> bool:
    """Whether a fault, as text, is that the hub has dropped messages that were to be read."""
    return "failOnDataLoss" in text or "OffsetOutOfRange" in text


def _in_our_words(fault: StreamingQueryException) -> Exception:
    text = str(fault)
    if full_disk.tells_of_it(fault):
        return EnvironmentFault(full_disk.SENTENCE)
    # before what a batch made of it: the hub is read while the batch is written
    if tells_of_loss(text):
        return PassRefused(
            "the hub no longer has messages that were not taken from it: its retention has passed; `orders-platform backup "
            "replay` fills bronze's gap from the backup, `orders-platform outbox replay` sends the squad's events again"
        )
    ours = re.search(rf"({'|'.join(_OURS)}): (.+)", text)
    if ours:
        return _OURS[ours[1]](ours[2])
    if "FOREACH_BATCH" in text:
        # our own code, or a table's: the whole trace tells more than a sentence
        return fault
    first = text.strip().splitlines()[0]
    return HubError(f"the stream from the hub ended: {first[:500]}")
