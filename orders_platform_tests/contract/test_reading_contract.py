"""Reading: where consumers start, who may read, and what they are told."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from azure.eventhub import EventData
from azure.eventhub.aio import EventHubConsumerClient, EventHubProducerClient
from azure.eventhub.exceptions import ConnectError, ConnectionLostError, EventHubError

from orders_platform_tests.contract.hub_client import GROUP, PATIENCE_S, HubUnderTest, Reading, bodies, wait_until

pytestmark = [pytest.mark.contract, pytest.mark.integration]


@pytest.fixture(scope="module")
def middle(hub: HubUnderTest) -> EventData:
    """The third of five events on partition 3: before, before, middle, after, after."""
    before = hub.tail("3")
    for words in (("first", "second"), ("middle",), ("fourth", "fifth")):
        hub.send(*words, partition="3")
        # each batch gets a time of its own, seen in milliseconds
        hub.tail("3")
    return hub.receive(3, partition="3", starting_position=before)[2]


@pytest.mark.parametrize(
    ("is_inclusive", "expected"),
    [(False, ["fourth", "fifth"]), (True, ["middle", "fourth", "fifth"])],
    ids=["behind", "at"],
)
def test_reading_starts_where_it_is_told(
    hub: HubUnderTest, middle: EventData, *, is_inclusive: bool, expected: list[str]
) -> None:
    positions = {"offset": middle.offset, "sequence": middle.sequence_number, "time": middle.enqueued_time}

    def read(position: object) -> list[str]:
        options: dict[str, Any] = {"starting_position": position, "starting_position_inclusive": is_inclusive}
        return bodies(hub.receive(len(expected), partition="3", **options))

    with ThreadPoolExecutor() as pool:
        found = dict(zip(positions, pool.map(read, positions.values()), strict=True))

    assert found == dict.fromkeys(positions, expected)


def test_reading_starts_with_the_oldest_event(hub: HubUnderTest, middle: EventData) -> None:
    oldest = hub.shared.get_partition_properties("3")["beginning_sequence_number"]

    first = hub.receive(1, partition="3", starting_position="-1")[0]

    assert first.sequence_number == oldest <= (middle.sequence_number or 0)


def test_reading_from_the_latest_gives_only_what_comes_after(hub: HubUnderTest) -> None:
    hub.send("old")
    with Reading(hub.consumer(), starting_position="@latest") as reading:
        # whether the reader is there cannot be seen: send until it hears
        for number in range(100):
            hub.send(f"new {number}")
            if reading.hears_within(0.2):
                break

    assert "old" not in bodies(reading.events)
    assert bodies(reading.events)[0].startswith("new")


def test_all_partitions_are_read_by_one_consumer(hub: HubUnderTest) -> None:
    positions: dict[str, Any] = dict(hub.tails())
    for name in positions:
        hub.send(f"to {name}", partition=name)

    events = hub.receive(len(positions), partition=None, starting_position=positions)

    assert sorted(bodies(events)) == sorted(f"to {name}" for name in positions)


def test_events_that_come_later_are_delivered_to_a_waiting_reader(hub: HubUnderTest) -> None:
    before = hub.tail("1")
    with Reading(hub.consumer(), partition="1", starting_position=before) as reading:
        for number in range(5):
            hub.send(str(number), partition="1")
            reading.wait_for_events(number + 1)

    assert bodies(reading.events) == ["0", "1", "2", "3", "4"]


def test_many_events_come_through_a_small_prefetch(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    hub.send(*(str(number) for number in range(2_000)))

    events = hub.receive(2_000, starting_position=before, prefetch=50)

    assert bodies(events) == [str(number) for number in range(2_000)]


def test_reader_is_told_how_far_the_partition_is(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    hub.send("a", "b", "c")
    heard: list[dict[str, Any]] = []
    client = hub.consumer()

    def note(context: Any, events: list[EventData]) -> None:
        heard.extend([context.last_enqueued_event_properties] if events else [])

    with Reading(client, starting_position=before, track_last_enqueued_event_properties=True, on_batch=note) as reading:
        reading.wait_for(lambda: bool(heard))

    assert heard[-1]["sequence_number"] == before + 3
    assert int(heard[-1]["offset"]) > 0
    assert heard[-1]["enqueued_time"] <= heard[-1]["retrieval_time"]


def test_higher_epoch_pushes_the_reader_aside(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    hub.send("a")
    with Reading(hub.consumer(), starting_position=before, owner_level=1) as first:
        first.wait_for(lambda: bool(first.events))
        with Reading(hub.consumer(), starting_position=before, owner_level=2) as second:
            second.wait_for(lambda: bool(second.events))
            wait_until(lambda: bool(first.errors))

    assert isinstance(first.errors[0], ConnectionLostError | ConnectError)
    assert "epoch" in str(first.errors[0])


def test_lower_epoch_is_refused(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    hub.send("a")
    with Reading(hub.consumer(), starting_position=before, owner_level=5) as first:
        first.wait_for(lambda: bool(first.events))
        with Reading(hub.consumer(), starting_position=before, owner_level=4) as second:
            wait_until(lambda: bool(second.errors))

    assert first.errors == []
    assert second.events == []
    assert "epoch" in str(second.errors[0])


@pytest.mark.parametrize("wrong", [{"hub": "nowhere"}, {"group": "nobody"}], ids=["hub", "consumer group"])
def test_reading_what_does_not_exist_is_refused(hub: HubUnderTest, wrong: dict[str, str]) -> None:
    with pytest.raises(EventHubError, match=r"not be found|404|NotFound|not-found"):
        hub.receive(1, starting_position="-1", **wrong)


def test_asynchronous_clients_send_and_read(hub: HubUnderTest) -> None:
    before = hub.tail("2")

    received = asyncio.run(_round_trip(hub, before))

    assert received == [f"a{number}" for number in range(100)]


async def _round_trip(hub: HubUnderTest, before: int) -> list[str]:
    async with EventHubProducerClient.from_connection_string(hub.connection, eventhub_name=hub.name) as producer:
        batch = await producer.create_batch(partition_id="2")
        for number in range(100):
            batch.add(EventData(f"a{number}"))
        await producer.send_batch(batch)
    received: list[str] = []
    everything = asyncio.Event()

    async def take(_context: object, events: list[EventData]) -> None:
        received.extend(bodies(events))
        if len(received) >= 100:
            everything.set()

    async with EventHubConsumerClient.from_connection_string(hub.connection, GROUP, eventhub_name=hub.name) as consumer:
        reading = asyncio.create_task(consumer.receive_batch(take, partition_id="2", starting_position=before, max_wait_time=0.1))
        await asyncio.wait_for(everything.wait(), PATIENCE_S)
        # left to itself the SDK takes half a minute to notice that it was closed
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    return received
