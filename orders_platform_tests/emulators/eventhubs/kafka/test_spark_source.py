"""Spark's Kafka source over our face: what a broker of another kind would not do the same way. The rest is in the contract."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.hub.spark_options import kafka_options
from orders_platform.settings import HubSettings
from orders_platform_tests.emulators.eventhubs.kafka.running_face import HUB, RunningFace, an_event, connection_string, fill

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

pytestmark = pytest.mark.spark

PATIENCE_S = 60


def options(face: RunningFace, password: str | None = None) -> dict[str, str]:
    """With the options that the platform itself uses."""
    return kafka_options(HubSettings(HUB, password or connection_string(), None, f"127.0.0.1:{face.port}"))


def table(spark: "SparkSession", face: RunningFace, **more: str) -> "DataFrame":
    """All events, unless options say else."""
    starts = {} if any(name.startswith("starting") for name in more) else {"startingOffsets": "earliest"}
    return spark.read.format("kafka").options(**options(face), **starts, **more).load()


def test_the_wrong_key_is_refused_loudly(spark: "SparkSession", face: RunningFace) -> None:
    """With a message that says what to look at."""
    face.append(an_event())
    frame = spark.read.format("kafka").options(**options(face, connection_string("d3Jvbmc="))).load()

    with pytest.raises(Exception, match=r"SaslAuthenticationException[\s\S]*connection string"):
        frame.count()


@pytest.mark.parametrize("spread_ms", [1, 3, 0])
def test_a_start_by_time_is_exact_whatever_was_sent_together(spark: "SparkSession", face: RunningFace, spread_ms: int) -> None:
    """The rows are just those of the whole table whose time is not before it: 264 of 11,943 were once missing."""
    for partition in (0, 1):
        fill(face, [(5_000 + spread_ms * (number // 7), an_event(b"%d" % number)) for number in range(700)], partition=partition)
    every = table(spark, face).selectExpr("partition", "offset", "unix_millis(timestamp) time_ms").collect()

    for time_ms in {5_000, 5_001, 5_000 + spread_ms * 50, 5_001 + spread_ms * 50, 5_000 + spread_ms * 99}:
        wanted = sorted((row.partition, row.offset) for row in every if row.time_ms >= time_ms)
        if wanted:
            found = table(spark, face, startingTimestamp=str(time_ms)).select("partition", "offset").collect()
            assert sorted((row.partition, row.offset) for row in found) == wanted


def test_a_null_body_is_null_and_an_empty_one_is_empty(spark: "SparkSession", face: RunningFace) -> None:
    face.append(an_event(None), an_event(b""))

    assert [row.value for row in table(spark, face).orderBy("offset").collect()] == [None, bytearray()]


def test_headers_come_in_amqp_form(spark: "SparkSession", face: RunningFace) -> None:
    """As Azure hands over the properties of events that came by AMQP."""
    face.append(an_event(key="order-1", properties={"kind": "sale"}))

    (row,) = table(spark, face, includeHeaders="true").collect()

    headers = {header.key: bytes(header.value) for header in row.headers}
    assert headers == {"kind": b"\xa1\x04sale", "x-opt-partition-key": b"\xa1\x07order-1"}


def test_a_stream_stops_loudly_when_retention_passed_its_checkpoint(spark: "SparkSession", tmp_path: Path) -> None:
    """Events that are gone must not be passed over."""
    retention = LogOptions(retention_bytes=4_000, segment_bytes=500)
    with RunningFace(tmp_path / "hub", options=retention) as face:
        fill(face, [(1_000 + number, an_event(bytes(100))) for number in range(10)])
        assert run_stream(spark, face, tmp_path) == 10
        fill(face, [(2_000 + number, an_event(bytes(100))) for number in range(100)])
        face.with_hub(lambda hub: hub.partitions[0].expire(3_000))
        assert face.with_hub(lambda hub: hub.partitions[0].begin) > 10

        with pytest.raises(Exception, match=r"(?i)data may have been lost|data.?loss|out of range"):
            run_stream(spark, face, tmp_path)


def run_stream(spark: "SparkSession", face: RunningFace, folder: Path) -> int:
    """Take all there is; returns the rows written so far."""
    source = spark.readStream.format("kafka").options(startingOffsets="earliest", **options(face)).load()
    writer = source.writeStream.format("parquet").option("checkpointLocation", str(folder / "checkpoint"))
    assert writer.trigger(availableNow=True).start(str(folder / "out")).awaitTermination(PATIENCE_S)
    return spark.read.parquet(str(folder / "out")).count()
