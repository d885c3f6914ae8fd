"""The local Spark, as all tests use it."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


def test_spark_writes_delta_and_reads_it_back(spark: "SparkSession", tmp_path: Path) -> None:
    table = str(tmp_path / "table")

    spark.range(3).write.format("delta").save(table)

    assert sorted(row.id for row in spark.read.format("delta").load(table).collect()) == [0, 1, 2]


def test_spark_knows_the_kafka_source(spark: "SparkSession") -> None:
    stream = spark.readStream.format("kafka").option("kafka.bootstrap.servers", "127.0.0.1:1").option("subscribe", "orders")

    assert {"key", "value", "partition", "offset"} <= set(stream.load().columns)
