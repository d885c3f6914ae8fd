"""The peer: a plain chain from hub to gold, as most would write it, three tables and no checks.

Kafka source -> bronze append; foreachBatch: from_json, newest version per order, MERGE into silver; gold daily by
`replaceWhere`. It has no quarantine, no rules, no ledger, and trusts its checkpoints.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

if TYPE_CHECKING:
    from datetime import date

LINE = "struct<line_no: int, product_no: string, product_name: string, unit_price_minor: bigint, quantity: bigint>"
EVENT = (
    "id string, type string, time timestamp, data struct<order_id: string, order_version: int, kind: string, status: string, "
    "placed_at: timestamp, occurred_at: timestamp, customer_ref: string, country: string, currency: string, "
    f"lines: array<{LINE}>, total_minor: bigint>"
)
SILVER = (
    "event_id string, order_id string, order_version int, kind string, status string, placed_at timestamp, "
    f"occurred_at timestamp, customer_ref string, country string, currency string, lines array<{LINE}>, total_minor bigint, "
    "order_date date"
)
DAILY = (
    "order_date date, country string, currency string, orders bigint, cancellations bigint, lines bigint, "
    "gross_minor bigint, cancelled_minor bigint, net_minor bigint"
)


class PlainChain:
    """The chain over a folder of its own."""

    def __init__(self, spark: SparkSession, root: str, kafka: Mapping[str, str], *, gold_by_day: bool = True) -> None:
        """Make the tables; `gold_by_day` partitions gold by day, which `replaceWhere` invites to and many files pay for."""
        self._spark, self._root, self._kafka = spark, root, kafka
        self._touched: set[date] = set()
        partitioned = "PARTITIONED BY (order_date)" if gold_by_day else ""
        spark.sql(f"CREATE TABLE IF NOT EXISTS delta.`{root}/silver/orders` ({SILVER}) USING delta")
        spark.sql(f"CREATE TABLE IF NOT EXISTS delta.`{root}/gold/daily_sales` ({DAILY}) USING delta {partitioned}")

    def run(self) -> dict[str, float]:
        """Bring all three tables up to the hub's tail; seconds of each."""
        seconds = {}
        for name, fill in (("bronze", self._bronze), ("silver", self._silver), ("gold", self._gold)):
            start = time.monotonic()
            fill()
            seconds[name] = time.monotonic() - start
        return seconds

    def _bronze(self) -> None:
        messages = self._spark.readStream.format("kafka").options(**self._kafka).option("startingOffsets", "earliest").load()
        rows = messages.select("key", "value", "partition", "offset", F.col("timestamp").alias("enqueued_at"))
        writer = rows.writeStream.format("delta").option("checkpointLocation", f"{self._root}/_checkpoints/bronze")
        writer.trigger(availableNow=True).start(f"{self._root}/bronze/order_events").awaitTermination()

    def _silver(self) -> None:
        self._touched.clear()
        rows = self._spark.readStream.format("delta").load(f"{self._root}/bronze/order_events")
        writer = rows.writeStream.foreachBatch(self._merge).option("checkpointLocation", f"{self._root}/_checkpoints/silver")
        writer.trigger(availableNow=True).start().awaitTermination()

    def _merge(self, messages: DataFrame, _batch_id: int) -> None:
        orders = newest(parsed(messages)).persist()
        days = [row.order_date for row in orders.select("order_date").distinct().collect()]
        if days:
            silver = DeltaTable.forPath(self._spark, f"{self._root}/silver/orders").alias("t")
            bounds = f"t.order_date BETWEEN DATE'{min(days)}' AND DATE'{max(days)}'"
            merge = silver.merge(orders.alias("s"), f"t.order_id = s.order_id AND {bounds}")
            merge.whenMatchedUpdateAll("s.order_version > t.order_version").whenNotMatchedInsertAll().execute()
            self._touched.update(days)
        orders.unpersist()

    def _gold(self) -> None:
        if not self._touched:
            return
        literals = ", ".join(f"DATE'{day}'" for day in sorted(self._touched))
        days = f"order_date IN ({literals})"
        rows = daily_sales(self._spark.read.format("delta").load(f"{self._root}/silver/orders").where(days))
        writer = rows.write.format("delta").mode("overwrite").option("replaceWhere", days)
        writer.save(f"{self._root}/gold/daily_sales")


def parsed(messages: DataFrame) -> DataFrame:
    """Hub messages as typed orders."""
    event = F.from_json(F.col("value").cast("string"), EVENT)
    typed = messages.select(event.alias("event")).select(F.col("event.id").alias("event_id"), "event.data.*")
    return typed.withColumn("order_date", F.to_date("placed_at"))


def newest(orders: DataFrame) -> DataFrame:
    """One row an order, of its highest version."""
    newest_first = Window.partitionBy("order_id").orderBy(F.desc("order_version"), F.desc("event_id"))
    return orders.withColumn("place", F.row_number().over(newest_first)).where("place = 1").drop("place")


def daily_sales(orders: DataFrame) -> DataFrame:
    """A row per day, country and currency, summed line by line."""
    lines = orders.select("order_id", "order_date", "country", "currency", "kind", F.explode("lines").alias("line"))
    amounts = lines.withColumn("minor", F.expr("line.unit_price_minor * line.quantity"))
    return amounts.groupBy("order_date", "country", "currency").agg(
        F.expr("count(DISTINCT CASE WHEN kind = 'sale' THEN order_id END)").alias("orders"),
        F.expr("count(DISTINCT CASE WHEN kind = 'cancellation' THEN order_id END)").alias("cancellations"),
        F.count("*").alias("lines"),
        F.expr("coalesce(sum(CASE WHEN kind = 'sale' THEN minor END), 0)").alias("gross_minor"),
        F.expr("coalesce(sum(CASE WHEN kind = 'cancellation' THEN -minor END), 0)").alias("cancelled_minor"),
        F.sum("minor").alias("net_minor"),
    )
