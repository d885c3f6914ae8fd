"""Judged messages as rows of silver's tables."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.lakehouse.silver.verdict import POSITION

# The rule that only silver's own state can judge.
CONFLICT = "same_id_same_body"
_FROM_DATA = (
    "order_id", "order_version", "kind", "cancels_order_id", "status", "customer_ref", "country", "currency",
    "lines", "total_minor",
)  # fmt: skip


def typed(rows: DataFrame, zone: str) -> DataFrame:
    """The columns of both tables; what only the rules need is dropped before anything is kept in memory."""
    data = F.col("event.data")
    return rows.select(
        *POSITION, "ingested_at", "enqueued_at", "key", "reasons", "warnings", "event_time", "placed_at", "occurred_at",
        F.col("event.id").alias("event_id"),
        *(data[name].alias(name) for name in _FROM_DATA),
        F.to_date(F.from_utc_timestamp("placed_at", zone)).alias("order_date"),
        "line_count",
        F.col("line_units").alias("units"),
        F.sha2("value", 256).alias("body_sha256"),
        F.when(F.size("reasons") > 0, F.col("value")).alias("value"),
        (F.size("reasons") == 0).alias("is_valid"),
    )  # fmt: skip
