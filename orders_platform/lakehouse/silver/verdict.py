"""Which of a batch's valid events are new: exact de-duplication, and what each new event supersedes.

Keys first, rows second: only narrow columns are compared, and only events that are not plainly new (a duplicate, a conflict, a
second version) are brought back to the wide rows.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

POSITION = ("generation", "partition", "sequence_number")
_STATE = ("order_id", "order_version", "order_date", "occurred_at", "body_sha256")


def verdicts(candidates: DataFrame, known: DataFrame) -> DataFrame:
    """One row per candidate that is not plainly new.

    Args:
        candidates: valid events of the batch: position, `ingested_at` and _STATE.
        known: events of the same orders that silver holds: _STATE.

    Columns: position; `verdict` new, duplicate or conflict; `is_stale`; `supersedes_order_date`, `supersedes_occurred_at`.
    """
    before = known.select(*_STATE, F.lit(True).alias("is_known"), *(F.lit(None).alias(c) for c in ("ingested_at", *POSITION)))
    batch = candidates.select(*_STATE, F.lit(False).alias("is_known"), "ingested_at", *POSITION)
    return _superseding(_standing(before.unionByName(batch))).where(
        "NOT is_known AND (verdict <> 'new' OR is_stale OR supersedes_order_date IS NOT NULL)"
    )


def _standing(events: DataFrame) -> DataFrame:
    """Of one event id the first stands: what silver holds, else the earliest in bronze."""
    arrival = Window.partitionBy("order_id", "order_version").orderBy(F.desc("is_known"), "ingested_at", *POSITION)
    same_body = F.col("body_sha256") == F.first("body_sha256").over(arrival)
    verdict = F.when(F.row_number().over(arrival) == 1, "new").when(same_body, "duplicate").otherwise("conflict")
    return events.withColumn("verdict", verdict)


def _superseding(events: DataFrame) -> DataFrame:
    """A new event is stale where a higher version stands; else it supersedes the highest version that silver held."""
    order = Window.partitionBy("order_id")
    stands = F.when(F.col("verdict") == "new", F.col("order_version"))
    held = F.when(F.col("is_known"), F.struct("order_version", "order_date", "occurred_at"))
    return (
        events.withColumn("is_stale", F.max(stands).over(order) > F.col("order_version"))
        .withColumn("held", F.max(held).over(order))
        .withColumn("supersedes_order_date", F.when(~F.col("is_stale"), F.col("held.order_date")))
        .withColumn("supersedes_occurred_at", F.when(~F.col("is_stale"), F.col("held.occurred_at")))
    )
