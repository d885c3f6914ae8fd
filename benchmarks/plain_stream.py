"""The peer in continuous mode: `python -m benchmarks.plain_stream`: one stream that carries each batch to gold, no more.

Bronze append; parse, drop what silver knows, append; gold's touched days made again by `replaceWhere`.
"""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from benchmarks.plain_chain import DAILY, SILVER, daily_sales, newest, parsed
from orders_platform.hub.spark_options import kafka_options
from orders_platform.lakehouse.session import local_session
from orders_platform.settings import Settings

_BRONZE = "value binary, partition int, offset bigint, enqueued_at timestamp"
_TRIGGER = "200 milliseconds"


class PlainStream:
    """The stream over a folder of its own."""

    def __init__(self, spark: SparkSession, root: str) -> None:
        """Make the tables."""
        self._spark, self._root = spark, root
        tables = {"bronze/order_events": _BRONZE, "silver/order_events": SILVER, "gold/daily_sales": DAILY}
        for name, columns in tables.items():
            spark.sql(f"CREATE TABLE IF NOT EXISTS delta.`{root}/{name}` ({columns}) USING delta")

    def run(self, kafka: dict[str, str]) -> None:
        """Until the process is ended."""
        source = self._spark.readStream.format("kafka").options(**kafka).option("startingOffsets", "earliest").load()
        messages = source.select("value", "partition", "offset", F.col("timestamp").alias("enqueued_at"))
        writer = messages.writeStream.foreachBatch(self._carry).option("checkpointLocation", f"{self._root}/_checkpoint")
        writer.trigger(processingTime=_TRIGGER).start().awaitTermination()

    def _carry(self, messages: DataFrame, _batch_id: int) -> None:
        messages.persist()
        self._append(messages, "bronze/order_events")
        orders = parsed(messages).dropDuplicates(["event_id"])
        low, high = orders.agg(F.min("order_date"), F.max("order_date")).collect()[0]
        if low is not None:
            days = f"order_date BETWEEN DATE'{low}' AND DATE'{high}'"
            known = self._read("silver/order_events").where(days).select("event_id")
            self._append(orders.join(known, "event_id", "left_anti"), "silver/order_events")
            rows = daily_sales(newest(self._read("silver/order_events").where(days)))
            writer = rows.coalesce(1).write.format("delta").mode("overwrite").option("replaceWhere", days)
            writer.save(f"{self._root}/gold/daily_sales")
        messages.unpersist()

    def _read(self, name: str) -> DataFrame:
        return self._spark.read.format("delta").load(f"{self._root}/{name}")

    def _append(self, rows: DataFrame, name: str) -> None:
        rows.coalesce(1).write.format("delta").mode("append").save(f"{self._root}/{name}")


def main() -> None:
    """Carry from the hub of the settings to the lake of the settings."""
    settings = Settings.load()
    PlainStream(local_session(), settings.lake).run(kafka_options(settings.need_hub()))


if __name__ == "__main__":
    main()
