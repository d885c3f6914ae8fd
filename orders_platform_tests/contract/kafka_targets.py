"""What the Kafka contract is held against: our emulator, filled by the AMQP SDK; a real broker, filled by Spark."""

import asyncio
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from azure.eventhub import EventData, EventHubProducerClient

from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.server import EventHubsServer, ServerOptions
from orders_platform.hub.spark_options import kafka_options
from orders_platform.settings import HubSettings
from orders_platform_tests.contract.kafka_broker import running_broker

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PARTITIONS = 2
PATIENCE_S = 30
_MOST_HUBS = 40


@dataclass(frozen=True, slots=True)
class Event:
    """Something to send: to a partition, or by key."""

    value: bytes
    key: str | None = None
    partition: int | None = 0


class Target(ABC):
    """A hub that has topics of two partitions."""

    def __init__(self) -> None:
        self._numbers = count()

    def new_topic(self) -> str:
        """A topic that no other test uses."""
        return f"contract-{next(self._numbers)}"

    @abstractmethod
    def options(self, topic: str) -> dict[str, str]:
        """Spark's options to read a topic."""

    @abstractmethod
    def send(self, topic: str, events: Sequence[Event]) -> None:
        """Send events, each partition's in their order; returns when all are there."""


class EmulatorTarget(Target):
    """Ours."""

    def __init__(self, server: EventHubsServer) -> None:
        super().__init__()
        self._server = server

    def options(self, topic: str) -> dict[str, str]:
        """With the options that the platform itself uses."""
        address = f"127.0.0.1:{self._server.kafka_port}"
        return kafka_options(HubSettings(topic, self._server.connection_string(), None, address))

    def send(self, topic: str, events: Sequence[Event]) -> None:
        """By the SDK, a batch for each run of events that go the same way."""
        with EventHubProducerClient.from_connection_string(self._server.connection_string(), eventhub_name=topic) as producer:
            for event in events:
                partition = None if event.key or event.partition is None else str(event.partition)
                producer.send_batch([EventData(event.value)], partition_id=partition, partition_key=event.key)


class BrokerTarget(Target):
    """Apache Kafka's own; topics come to be when they are first written to."""

    def __init__(self, spark: "SparkSession", address: str) -> None:
        super().__init__()
        self._spark = spark
        self._address = address

    def options(self, topic: str) -> dict[str, str]:
        """Without a login."""
        return {"kafka.bootstrap.servers": self._address, "subscribe": topic, "failOnDataLoss": "true"}

    def send(self, topic: str, events: Sequence[Event]) -> None:
        """By the producer that Spark has, in one task, so that the order stays."""
        rows = [(event.key, bytearray(event.value), None if event.key else event.partition) for event in events]
        frame = self._spark.createDataFrame(rows, "key string, value binary, partition int").coalesce(1)
        options = {"kafka.bootstrap.servers": self._address, "topic": topic, "kafka.max.request.size": "2000000"}
        frame.write.format("kafka").options(**options).save()


@contextmanager
def emulator(folder: Path) -> Iterator[EmulatorTarget]:
    """Our emulator in a thread of this process."""
    hubs = tuple(HubConfig(f"contract-{number}", PARTITIONS) for number in range(_MOST_HUBS))
    server = EventHubsServer(ServerOptions(folder, hubs, key_name="RootManageSharedAccessKey", key="c2VjcmV0LW9mLXRlc3Rz="))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(PATIENCE_S)
    try:
        yield EmulatorTarget(server)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE_S)
        loop.close()


@contextmanager
def broker(folder: Path, spark: "SparkSession") -> Iterator[BrokerTarget]:
    """Apache Kafka in a process of its own."""
    with running_broker(folder) as address:
        yield BrokerTarget(spark, address)


async def _stop(server: EventHubsServer) -> None:
    await server.stop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
