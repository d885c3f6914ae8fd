"""Faults on demand: what the SDK makes of each."""

import time
from collections.abc import Callable

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import EventDataSendError, EventHubError

from orders_platform.emulators.eventhubs.in_thread import ServerInThread
from orders_platform_tests.contract.hub_client import HubUnderTest, Reading, bodies, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.integration]


def hub_of(running: ServerInThread) -> HubUnderTest:
    return HubUnderTest(running.server.connection_string(), "orders")


def stored(running: ServerInThread, partition: int = 0) -> int:
    return running.call(lambda server: server.hubs["orders"].partitions[partition].next)


def test_dropped_connection_costs_a_producer_with_retries_nothing(running: ServerInThread) -> None:
    with hub_of(running).producer(retry_total=3, retry_backoff_factor=0.05) as producer:
        producer.send_batch([EventData("before")], partition_id="0")
        dropped = running.call(lambda server: server.faults.drop_connections())
        producer.send_batch([EventData("after")], partition_id="0")

    assert dropped >= 1
    assert stored(running) == 2


@pytest.mark.parametrize(
    "fault",
    [lambda server: server.faults.drop_connections(), lambda server: server.faults.detach_links()],
    ids=["connection dropped", "link detached"],
)
def test_reader_goes_on_where_it_was(running: ServerInThread, fault: Callable[..., object]) -> None:
    hub = hub_of(running)
    hub.send("one")
    consumer = hub.consumer(retry_total=3, retry_backoff_factor=0.05)
    with hub.shared, Reading(consumer, starting_position="-1") as reading:
        reading.wait_for(lambda: len(reading.events) == 1)
        running.call(fault)
        with hub.producer() as producer:
            producer.send_batch([EventData("two")], partition_id="0")
        wait_until(lambda: len(reading.events) == 2)

    assert bodies(reading.events) == ["one", "two"]


def test_forced_detach_names_its_reason(running: ServerInThread) -> None:
    hub = hub_of(running)
    with Reading(hub.consumer(), starting_position="-1") as reading:
        wait_until(lambda: running.call(lambda server: bool(server.hubs["orders"].partitions[0]._subscribers)))
        running.call(lambda server: server.faults.detach_links(server.hubs["orders"].partitions[0]))
        wait_until(lambda: bool(reading.errors))

    assert "force detached" in str(reading.errors[0])


def test_busy_hub_stores_nothing_and_says_so(running: ServerInThread) -> None:
    running.call(lambda server: server.faults.busy(1))
    with hub_of(running).producer() as producer:
        with pytest.raises(EventDataSendError, match="server-busy"):
            producer.send_batch([EventData("refused")], partition_id="0")
        producer.send_batch([EventData("taken")], partition_id="0")

    assert stored(running) == 1


def test_throttled_partition_refuses_and_the_other_does_not(running: ServerInThread) -> None:
    running.call(lambda server: server.faults.throttle(60, server.hubs["orders"].partitions[0]))
    with hub_of(running).producer() as producer:
        with pytest.raises(EventHubError, match="server-busy"):
            producer.send_batch([EventData("refused")], partition_id="0")
        producer.send_batch([EventData("taken")], partition_id="1")
        running.call(lambda server: server.faults.clear())
        producer.send_batch([EventData("taken")], partition_id="0")

    assert (stored(running, 0), stored(running, 1)) == (1, 1)


def test_throttled_hub_delivers_late_but_all(running: ServerInThread) -> None:
    hub = hub_of(running)
    with hub.shared:
        hub.send("a", "b")
        running.call(lambda server: server.faults.throttle(1.5))
        start = time.monotonic()
        events = hub.receive(2, starting_position="-1")

    assert bodies(events) == ["a", "b"]
    assert time.monotonic() - start > 1.4


def test_late_disposition_finds_the_event_stored_already(running: ServerInThread) -> None:
    running.call(lambda server: server.faults.delay_dispositions(0.5))
    with hub_of(running).producer() as producer:
        producer.get_partition_ids()
        start = time.monotonic()
        producer.send_batch([EventData("slow")], partition_id="0")

    assert time.monotonic() - start > 0.5
    assert stored(running) == 1


def test_cut_tail_is_seen_in_the_properties(running: ServerInThread) -> None:
    hub = hub_of(running)
    with hub.shared:
        hub.send("a", "b", "c")
        running.call(lambda server: server.faults.cut_tail(server.hubs["orders"], "0", 2))

        assert hub.tail("0") == 0
