"""What a pipeline needs beside the transforms of silver and gold: all in operators that nothing looks into before a run.

Over a dataset of the same pipeline withColumn, drop, dropDuplicates, withWatermark, fillna and their like are analysed at once.
The dataset is then taken for a table of the catalog, the edge of the graph is lost without a word, and the table stays a run
behind. So here, and in what is called from here: select, where, groupBy, join and union alone.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.contracts.rules import RULES, Severity
from orders_platform.lakehouse.silver.table import ORDER_EVENTS, QUARANTINE
from orders_platform.lakehouse.silver.transform import CONFLICT, typed
from orders_platform.lakehouse.silver.verdict import POSITION

# What silver.order_events says of how messages were cut into batches: a pipeline has no such state.
_OF_BATCHES = {"is_stale", "supersedes_order_date", "supersedes_occurred_at"}
_EVENT = tuple(name for name in ORDER_EVENTS.column_names if name not in _OF_BATCHES)
_SET_ASIDE = tuple(name for name in QUARANTINE.column_names if name not in {"attempt", "quarantined_at", "released_at"})
# Of messages with the same event id the earliest stands: greater is earlier, so that a maximum finds it.
_EARLINESS = "struct(-unix_micros(ingested_at) AS batch, -partition AS partition, -sequence_number AS place)"


def expectations(severity: Severity) -> dict[str, str]:
    """The rules of a severity that a message alone can break, by name; true or false, never null."""
    return {rule.name: f"coalesce(({rule.expression}), false)" for rule in RULES if rule.expression and rule.severity == severity}


def kept(judged: DataFrame, zone: str) -> DataFrame:
    """Messages that broke no rule, with what tells which of the same id came first."""
    return typed(judged, zone).select(*_EVENT, "key", "ingested_at", F.expr(_EARLINESS).alias("earliness"))


def rejected(judged: DataFrame, zone: str) -> DataFrame:
    """Messages that broke a rule, with their bytes and the rules."""
    return typed(judged, zone).select(*_SET_ASIDE, "ingested_at")


def conflicting(messages: DataFrame, events: DataFrame, bronze: DataFrame) -> DataFrame:
    """Messages whose event id stands with another body, with their bytes."""
    standing = events.select("event_id", F.col("body_sha256").alias("standing_sha256"))
    odd = messages.join(standing, "event_id").where("body_sha256 <> standing_sha256")
    named = odd.select(
        *(name for name in (*_SET_ASIDE, "ingested_at") if name not in {"value", "reasons"}),
        F.array(F.lit(CONFLICT)).alias("reasons"),
    )
    bodies = bronze.select(*POSITION, "value")
    return named.join(bodies, list(POSITION)).select(*_SET_ASIDE, "ingested_at")


def one_a_position(rows: DataFrame) -> DataFrame:
    """A message that came by two roads, once: as it came first."""
    first = F.min_by(F.struct("*"), "ingested_at").alias("first")
    return rows.groupBy(*POSITION).agg(first).select("first.*")


def sales(orders: DataFrame) -> DataFrame:
    """What a cancellation may name."""
    return orders.where("kind = 'sale'").select("order_id", "order_date")
