"""What Spark's Kafka source must see of a hub: our emulator always, a real Kafka broker when asked.

`ORDERS_CONTRACT_KAFKA=broker` adds the broker (Apache Kafka from Maven Central, needs `mvn`): what it does is what we claim.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orders_platform_tests.contract.kafka_targets import Event, Target, broker, emulator

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession
    from pyspark.sql.streaming.query import StreamingQuery
    from pyspark.sql.streaming.readwriter import DataStreamWriter

pytestmark = [pytest.mark.spark, pytest.mark.contract]

PATIENCE_S = 60
Seen = tuple[int, int, bytes]


@pytest.fixture(scope="module", params=["emulator", "broker"])
def target(request: pytest.FixtureRequest, spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The hub that is held against the contract."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "emulator":
        with emulator(folder) as ours:
            yield ours
        return
    if os.environ.get("ORDERS_CONTRACT_KAFKA") != "broker":
        pytest.skip("a real broker is used only when asked: set ORDERS_CONTRACT_KAFKA=broker")
    with broker(folder, spark) as real:
        yield real


@pytest.fixture
def topic(target: Target) -> str:
    """A topic of this test alone."""
    return target.new_topic()


def numbered(count: int, *, first: int = 0) -> list[Event]:
    """Events that say their number, in turns over both partitions."""
    return [Event(str(number).encode(), partition=number % 2) for number in range(first, first + count)]


def batch(spark: "SparkSession", target: Target, topic: str, **options: str) -> "DataFrame":
    """A topic as a table; from the beginning, unless options say else."""
    starts = {} if any(name.startswith("starting") for name in options) else {"startingOffsets": "earliest"}
    return spark.read.format("kafka").options(**(target.options(topic) | starts | options)).load()


def rows(frame: "DataFrame") -> list["Row"]:
    """All rows, by partition and offset."""
    return frame.orderBy("partition", "offset").collect()


def seen(frame: "DataFrame") -> list[Seen]:
    """Position and body of each event."""
    return [(row.partition, row.offset, bytes(row.value)) for row in rows(frame)]


class Stream:
    """A stream into a parquet folder, with its checkpoint."""

    def __init__(self, spark: "SparkSession", target: Target, *, topic: str, folder: Path) -> None:
        self._spark, self._folder = spark, folder
        self._options = target.options(topic)

    def run(self, **options: str) -> int:
        """Read all there is, from where the last run ended; returns the number of batches."""
        query = self._writer(options).trigger(availableNow=True).start(str(self._folder / "out"))
        assert query.awaitTermination(PATIENCE_S)
        return sum(progress["numInputRows"] > 0 for progress in query.recentProgress)

    def start(self) -> "StreamingQuery":
        """Read on and on; returns the query."""
        return self._writer({}).start(str(self._folder / "out"))

    def seen(self) -> list[Seen]:
        """What was written by all runs."""
        return seen(self._spark.read.parquet(str(self._folder / "out")))

    def _writer(self, options: dict[str, str]) -> "DataStreamWriter":
        source = self._spark.readStream.format("kafka").options(startingOffsets="earliest", **self._options).options(**options)
        return source.load().writeStream.format("parquet").option("checkpointLocation", str(self._folder / "checkpoint"))


@pytest.fixture
def stream(spark: "SparkSession", target: Target, topic: str, tmp_path: Path) -> Stream:
    return Stream(spark, target, topic=topic, folder=tmp_path)


def in_both_partitions(numbers: range) -> list[Seen]:
    """Where numbered events from 0 on must be."""
    return sorted((number % 2, number // 2, str(number).encode()) for number in numbers)


def test_bodies_come_byte_for_byte(spark: "SparkSession", target: Target, topic: str) -> None:
    """Text of any language, bytes that are no text, nothing at all, and almost a megabyte."""
    bodies = ["naïve ☃ 注文".encode(), bytes(range(256)), b"", b"\0", b"x" * 255, b"x" * 256, os.urandom(900_000)]
    target.send(topic, [Event(body) for body in bodies])

    assert [body for _, _, body in seen(batch(spark, target, topic))] == bodies


def test_offsets_count_up_from_zero_in_each_partition(spark: "SparkSession", target: Target, topic: str) -> None:
    target.send(topic, numbered(20))

    assert seen(batch(spark, target, topic)) == in_both_partitions(range(20))


def test_a_key_comes_with_its_event_and_keeps_to_one_partition(spark: "SparkSession", target: Target, topic: str) -> None:
    target.send(topic, [Event(str(number).encode(), key=f"order-{number % 5}-ß") for number in range(25)])

    found = rows(batch(spark, target, topic))

    assert {bytes(row.key).decode() for row in found} == {f"order-{number}-ß" for number in range(5)}
    homes = {(bytes(row.key), row.partition) for row in found}
    assert len(homes) == 5
    for key in {bytes(row.key) for row in found}:
        numbers = [int(row.value) for row in found if bytes(row.key) == key]
        assert numbers == sorted(numbers)


def test_no_key_is_null(spark: "SparkSession", target: Target, topic: str) -> None:
    target.send(topic, [Event(b"x")])

    assert [row.key for row in rows(batch(spark, target, topic))] == [None]


def test_times_are_those_of_the_hub_and_never_go_back(spark: "SparkSession", target: Target, topic: str) -> None:
    before = time.time() - 60
    target.send(topic, numbered(10))

    found = rows(batch(spark, target, topic))

    assert {row.timestampType for row in found} == {1}, "LogAppendTime"
    times = [row.timestamp.timestamp() for row in found if row.partition == 0]
    assert times == sorted(times)
    assert before < times[0] < before + 120


def test_a_stream_takes_all_in_bounded_batches(target: Target, topic: str, stream: Stream) -> None:
    target.send(topic, numbered(50))

    batches = stream.run(maxOffsetsPerTrigger="20")

    assert batches == 3
    assert stream.seen() == in_both_partitions(range(50))


def test_a_stream_goes_on_from_its_checkpoint(target: Target, topic: str, stream: Stream) -> None:
    """Nothing twice, nothing missed, and nothing at all when there is nothing new."""
    target.send(topic, numbered(10))
    stream.run()
    assert stream.run() == 0
    target.send(topic, numbered(11, first=10))

    stream.run()

    assert stream.seen() == in_both_partitions(range(21))


def test_a_stream_that_runs_gets_what_comes_later(target: Target, topic: str, stream: Stream) -> None:
    target.send(topic, numbered(2))
    query = stream.start()
    try:
        query.processAllAvailable()
        target.send(topic, numbered(4, first=2))
        query.processAllAvailable()
    finally:
        query.stop()

    assert stream.seen() == in_both_partitions(range(6))


def test_a_table_is_cut_by_offsets(spark: "SparkSession", target: Target, topic: str) -> None:
    """The end is left out; -2 is the beginning, -1 the end."""
    target.send(topic, numbered(20))

    cut = batch(
        spark,
        target,
        topic,
        startingOffsets=f'{{"{topic}":{{"0":3,"1":-2}}}}',
        endingOffsets=f'{{"{topic}":{{"0":7,"1":-1}}}}',
    )

    found = seen(cut)
    assert [offset for partition, offset, _ in found if partition == 0] == [3, 4, 5, 6]
    assert [offset for partition, offset, _ in found if partition == 1] == list(range(10))


def test_a_start_by_time_takes_just_the_events_that_are_not_before_it(spark: "SparkSession", target: Target, topic: str) -> None:
    """For each time that an event has, and the milliseconds around it."""
    for first in range(0, 12, 4):
        target.send(topic, numbered(4, first=first))
    every = rows(batch(spark, target, topic))
    times = sorted({milliseconds(row) for row in every})

    for time_ms in {times[0] - 1, times[0], times[1], times[len(times) // 2], times[len(times) // 2] + 1, times[-1]}:
        options = {"startingTimestamp": str(time_ms), "startingOffsetsByTimestampStrategy": "latest"}
        found = seen(batch(spark, target, topic, **options))
        assert found == [(row.partition, row.offset, bytes(row.value)) for row in every if milliseconds(row) >= time_ms]


def test_a_start_by_time_for_each_partition_takes_just_its_events(spark: "SparkSession", target: Target, topic: str) -> None:
    for first in range(0, 12, 4):
        target.send(topic, numbered(4, first=first))
    every = rows(batch(spark, target, topic))
    middle = [milliseconds([row for row in every if row.partition == partition][index]) for partition, index in ((0, 2), (1, 4))]

    found = seen(batch(spark, target, topic, startingOffsetsByTimestamp=f'{{"{topic}":{{"0":{middle[0]},"1":{middle[1]}}}}}'))

    assert found == [(row.partition, row.offset, bytes(row.value)) for row in every if milliseconds(row) >= middle[row.partition]]


def test_a_start_after_the_last_event_is_refused(spark: "SparkSession", target: Target, topic: str) -> None:
    """Unless a strategy is given."""
    target.send(topic, numbered(4))
    tomorrow = str(int(time.time() * 1000) + 86_400_000)

    with pytest.raises(Exception, match="timestamp"):
        seen(batch(spark, target, topic, startingTimestamp=tomorrow))


def milliseconds(row: "Row") -> int:
    """An event's time as the source takes it."""
    taken: float = row.timestamp.timestamp()
    return round(taken * 1000)


def test_more_tasks_than_partitions_take_each_event_once(spark: "SparkSession", target: Target, topic: str) -> None:
    target.send(topic, numbered(40))

    frame = batch(spark, target, topic, minPartitions="8")

    assert frame.rdd.getNumPartitions() >= 8
    assert seen(frame) == in_both_partitions(range(40))


def test_a_topic_that_is_not_there_is_an_error(spark: "SparkSession", target: Target) -> None:
    quickly = {"kafka.request.timeout.ms": "5000", "kafka.default.api.timeout.ms": "5000"}

    with pytest.raises(Exception, match="UnknownTopicOrPartition"):
        seen(batch(spark, target, "nonexistent", **quickly))


@pytest.mark.parametrize("offsets", ['{"0":9,"1":-2}', '{"0":100000,"1":-1}'])
def test_a_stream_from_beyond_the_end_is_an_error(target: Target, topic: str, stream: Stream, offsets: str) -> None:
    """As after a hub that was made anew: events would be passed over in silence."""
    target.send(topic, numbered(10))

    with pytest.raises(Exception, match=r"(?i)offset"):
        stream.run(startingOffsets=f'{{"{topic}":{offsets}}}')


def test_nothing_after_a_start_at_the_end_is_an_empty_table(spark: "SparkSession", target: Target, topic: str) -> None:
    target.send(topic, numbered(2))

    assert seen(batch(spark, target, topic, startingOffsets=f'{{"{topic}":{{"0":1,"1":1}}}}')) == []
