"""Sending and asking: what every hub does for the unmodified SDK."""

import datetime as dt
import time

import pytest
from azure.eventhub import EventData
from azure.eventhub.exceptions import AuthenticationError, ConnectError, EventDataSendError

from orders_platform_tests.contract.hub_client import HubUnderTest, bodies, payload

pytestmark = [pytest.mark.contract, pytest.mark.integration]

LIMIT = 1_048_576


def test_hub_tells_its_name_age_and_partitions(hub: HubUnderTest) -> None:
    facts = hub.shared.get_eventhub_properties()

    assert facts["eventhub_name"] == hub.name
    assert facts["created_at"] <= dt.datetime.now(dt.UTC)
    assert facts["partition_ids"] == [str(index) for index in range(len(facts["partition_ids"]))]


def test_partition_tells_how_far_it_is(hub: HubUnderTest) -> None:
    before = hub.tail("1")
    hub.send("a", "b", "c", partition="1")

    facts = hub.shared.get_partition_properties("1")
    last = hub.receive(1, partition="1", starting_position=before + 2)[0]

    assert facts["last_enqueued_sequence_number"] == before + 3 == last.sequence_number
    assert facts["last_enqueued_offset"] == last.offset
    assert facts["last_enqueued_time_utc"] == last.enqueued_time
    assert (facts["id"], facts["is_empty"]) == ("1", False)
    assert facts["beginning_sequence_number"] <= before + 1


def test_batch_for_a_partition_arrives_in_order(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    batch = hub.shared.create_batch(partition_id="0")
    for number in range(50):
        batch.add(EventData(f"event {number}"))
    hub.shared.send_batch(batch)

    events = hub.receive(50, starting_position=before)

    assert bodies(events) == [f"event {number}" for number in range(50)]
    assert [event.sequence_number for event in events] == list(range(before + 1, before + 51))
    assert [int(event.offset or "") for event in events] == sorted({int(event.offset or "") for event in events})
    times = [event.enqueued_time for event in events if event.enqueued_time]
    assert len(times) == 50
    assert times == sorted(times)


def test_batches_with_a_key_share_one_partition(hub: HubUnderTest) -> None:
    before = hub.tails()
    for number in range(3):
        batch = hub.shared.create_batch(partition_key="order 7")
        batch.add(EventData(f"version {number}"))
        hub.shared.send_batch(batch)
    hub.shared.send_event(EventData("version 3"), partition_key="order 7")
    grown = [name for name, tail in hub.tails().items() if tail > before[name]]

    events = hub.receive(4, partition=grown[0], starting_position=before[grown[0]])

    assert len(grown) == 1
    assert bodies(events) == [f"version {number}" for number in range(4)]
    assert {event.partition_key for event in events} == {b"order 7"}


def test_events_without_key_go_round(hub: HubUnderTest) -> None:
    before = hub.tails()
    for _ in range(4 * len(before)):
        hub.shared.send_batch([EventData("any")])
    grown = [name for name, tail in hub.tails().items() if tail > before[name]]

    assert len(grown) > 1


def test_event_keeps_all_that_the_producer_gave_it(hub: HubUnderTest) -> None:
    before = hub.tail("2")
    sent = EventData(bytes(range(256)))
    sent.properties = {"kind": "sale", "number": 7, "ratio": 0.5, "raw": b"\x00\xff", "yes": True}
    sent.message_id, sent.correlation_id, sent.content_type = "m-1", "c-1", "application/json"
    hub.shared.send_event(sent, partition_id="2")
    hub.shared.send_batch([sent], partition_id="2")

    for event in hub.receive(2, partition="2", starting_position=before):
        assert payload(event) == bytes(range(256))
        assert event.properties == {b"kind": b"sale", b"number": 7, b"ratio": 0.5, b"raw": b"\x00\xff", b"yes": True}
        assert (event.message_id, event.correlation_id, event.content_type) == ("m-1", "c-1", "application/json")


def test_large_messages_come_through_whole(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    whole = bytes(index % 251 for index in range(1_000_000))
    hub.shared.send_event(EventData(whole), partition_id="0")
    batch = hub.shared.create_batch(partition_id="0")
    for start in range(0, 900_000, 100_000):
        batch.add(EventData(whole[start : start + 100_000]))
    hub.shared.send_batch(batch)

    first, *rest = hub.receive(10, starting_position=before)

    assert payload(first) == whole
    assert b"".join(map(payload, rest)) == whole[:900_000]


def test_event_above_the_limit_is_refused(hub: HubUnderTest) -> None:
    before = hub.tail("0")
    with hub.producer() as producer:
        with pytest.raises(EventDataSendError, match="exceeds the limit"):
            producer.send_event(EventData(b"x" * LIMIT), partition_id="0")
        producer.send_event(EventData("small"), partition_id="0")

    assert bodies(hub.receive(1, starting_position=before)) == ["small"]


def test_batch_above_the_limit_is_not_begun(hub: HubUnderTest) -> None:
    with pytest.raises(ValueError, match="acceptable max batch size"):
        hub.shared.create_batch(max_size_in_bytes=LIMIT + 1)


def test_buffered_producer_sends_each_event_once(hub: HubUnderTest) -> None:
    before = hub.tails()
    stored: list[str] = []
    failed: list[Exception] = []
    producer = hub.producer(
        buffered_mode=True,
        max_wait_time=0.2,
        on_success=lambda events, _partition: stored.extend(bodies(events)),
        on_error=lambda _events, _partition, error: failed.append(error),
    )
    with producer:
        for number in range(200):
            producer.send_event(EventData(str(number)), partition_key=f"key {number % 7}")
        producer.flush()

    assert (sorted(stored, key=int), failed) == ([str(number) for number in range(200)], [])
    assert sum(hub.tails().values()) - sum(before.values()) == 200


def test_key_leads_to_the_same_partition_with_and_without_buffer(hub: HubUnderTest) -> None:
    landed: dict[str, str] = {}
    producer = hub.producer(
        buffered_mode=True,
        max_wait_time=0.1,
        on_success=lambda events, partition: landed.update(dict.fromkeys(bodies(events), str(partition))),
        on_error=lambda _events, _partition, error: pytest.fail(str(error)),
    )
    with producer:
        for number in range(12):
            producer.send_event(EventData(str(number)), partition_key=f"order {number}")
        producer.flush()
    end = hub.tail(landed["5"])
    hub.shared.send_event(EventData("again"), partition_key="order 5")

    assert hub.tail(landed["5"]) == end + 1


def test_unknown_hub_is_refused(hub: HubUnderTest) -> None:
    with hub.producer(hub="nowhere") as producer, pytest.raises(ConnectError, match="404"):
        producer.get_eventhub_properties()


def test_unknown_partition_is_refused(hub: HubUnderTest) -> None:
    with pytest.raises(ConnectError):
        hub.shared.get_partition_properties("99")


@pytest.mark.parametrize("wrong", [{"key": "d3JvbmcgZ3Vlc3M="}, {"name": "NoSuchKey"}], ids=["key", "name of the key"])
def test_wrong_key_is_refused(hub: HubUnderTest, wrong: dict[str, str]) -> None:
    stranger = hub.with_key(**wrong)

    with stranger.producer() as producer, pytest.raises((AuthenticationError, ConnectError), match=r"401|Invalid|nauthorized"):
        producer.get_eventhub_properties()
    with stranger.producer() as producer, pytest.raises((AuthenticationError, ConnectError), match=r"401|Invalid|nauthorized"):
        producer.send_event(EventData("no"), partition_id="0")


def test_token_works_until_it_has_expired(hub: HubUnderTest) -> None:
    now = int(time.time())

    with hub.producer_with_token(now + 600) as producer:
        assert producer.get_eventhub_properties()["eventhub_name"] == hub.name
    with hub.producer_with_token(now - 60) as producer, pytest.raises((AuthenticationError, ConnectError), match=r"xpired|401"):
        producer.get_eventhub_properties()
