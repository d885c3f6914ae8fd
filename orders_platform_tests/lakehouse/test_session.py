"""The local Spark, as all tests use it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_spark_writes_delta_and_reads_it_back(spark: "SparkSession", tmp_path: Path) -> None:
    table = str(tmp_path / "table")

    spark.range(3).write.format("delta").save(table)

    assert sorted(row.id for row in spark.read.format("delta").load(table).collect()) == [0, 1, 2]


def test_any_time_that_spark_writes_is_read_by_others(spark: "SparkSession", tmp_path: Path) -> None:
    table = str(tmp_path / "table")
    times = [datetime(1, 1, 1, tzinfo=UTC), datetime(2019, 2, 1, 10, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]

    spark.createDataFrame([(each,) for each in times], "time timestamp").coalesce(1).write.format("delta").save(table)

    assert DeltaTable(table).to_pyarrow_table()["time"].to_pylist() == times


def test_spark_knows_the_kafka_source(spark: "SparkSession") -> None:
    stream = spark.readStream.format("kafka").option("kafka.bootstrap.servers", "127.0.0.1:1").option("subscribe", "orders")

    assert {"key", "value", "partition", "offset"} <= set(stream.load().columns)
