"""Publishing to a real hub: all of it, in order, or a sentence that says how much."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from orders_platform.emulators.eventhubs.in_thread import ServerInThread
from orders_platform.errors import HubError, InputError
from orders_platform.hub.batches import Message
from orders_platform.hub.peek import HubMessage, peek
from orders_platform.hub.publish import Publisher
from orders_platform.hub.tails import tails
from orders_platform.settings import HubSettings

pytestmark = pytest.mark.integration


def in_hub(hub: HubSettings) -> list[HubMessage]:
    return peek(hub, None, count=10_000, from_start=True)


def test_every_body_arrives_once_with_its_key_and_in_the_order_of_its_key(hub: HubSettings) -> None:
    messages: list[Message] = [(f"order-{number % 7}", f"{number}".encode().ljust(3000)) for number in range(2000)]
    seen: list[int] = []

    with Publisher(hub) as publisher:
        published = publisher.publish(messages, progress=seen.append)

    arrived = in_hub(hub)
    by_key = {key: [message.body for message in arrived if message.key == key] for key in {key for key, _ in messages}}
    assert by_key == {key: [body for other, body in messages if other == key] for key in by_key}
    assert (published.events, published.body_bytes, sum(seen)) == (2000, 6_000_000, 2000)
    assert all(len({message.partition for message in arrived if message.key == key}) == 1 for key in by_key)


def test_messages_without_key_go_round(hub: HubSettings) -> None:
    with Publisher(hub) as publisher:
        publisher.publish([(None, b"\xff\x00"), (None, b""), (None, b"c"), (None, b"d")])

    arrived = in_hub(hub)
    assert sorted(message.body for message in arrived) == [b"", b"c", b"d", b"\xff\x00"]
    assert {message.key for message in arrived} == {None}
    assert len({message.partition for message in arrived}) == 4


def test_publisher_can_be_used_again(hub: HubSettings) -> None:
    with Publisher(hub) as publisher:
        publisher.publish([("a", b"1")])
        publisher.publish([])
        publisher.publish([("a", b"2")])

    assert [message.body for message in in_hub(hub)] == [b"1", b"2"]


def test_too_large_a_body_is_named_before_anything_is_sent_when_checked(hub: HubSettings) -> None:
    messages: list[Message] = [("a", b"1"), ("536365", b"x" * 1_048_576)]

    with Publisher(hub) as publisher, pytest.raises(InputError, match=r"event 2 \(key 536365\) has 1,048,576 bytes"):
        publisher.check(messages)

    assert in_hub(hub) == []


def test_failure_tells_how_many_were_acknowledged(hub: HubSettings) -> None:
    with Publisher(hub) as publisher, pytest.raises(InputError, match="0 events were acknowledged"):
        publisher.publish([("a", b"1"), ("b", b"x" * 1_048_576)])

    assert in_hub(hub) == []


@pytest.mark.faults
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the SDK drops the sockets that we cut
def test_nothing_is_lost_when_connections_are_cut_in_mid_stream(hub: HubSettings, running: ServerInThread) -> None:
    def cut_in_the_middle() -> Iterator[Message]:
        for number in range(3000):
            if number % 1000 == 500:
                running.call(lambda server: server.faults.drop_connections())
            yield f"order-{number}", f"{number}".encode().ljust(4000)

    with Publisher(hub) as publisher:
        published = publisher.publish(cut_in_the_middle())

    assert published.events == 3000
    assert {int(message.body) for message in in_hub(hub)} == set(range(3000))


def test_wrong_key_is_refused_with_a_sentence(hub: HubSettings) -> None:
    wrong = replace(hub, connection=(hub.connection or "").replace("c29tZSBrZXk=", "d3Jvbmc="))

    with pytest.raises(HubError, match="refused the key"), Publisher(wrong):
        pass


def test_unknown_hub_is_named(hub: HubSettings) -> None:
    with pytest.raises(HubError, match=r"hub invoices .* does not exist"), Publisher(replace(hub, name="invoices")):
        pass


def test_hub_that_is_down_is_named_with_its_address_and_without_its_key(unused_port: int) -> None:
    connection = (
        f"Endpoint=sb://127.0.0.1:{unused_port};SharedAccessKeyName=Root;SharedAccessKey=c2VjcmV0;UseDevelopmentEmulator=true"
    )

    with (
        pytest.raises(HubError, match=f"127.0.0.1:{unused_port}") as caught,
        Publisher(HubSettings("orders", connection, None, "")),
    ):
        pass

    assert "c2VjcmV0" not in str(caught.value)


def test_tails_move_by_what_was_published(hub: HubSettings) -> None:
    before = tails(hub)
    with Publisher(hub) as publisher:
        publisher.publish([("a", b"1"), ("b", b"2"), ("c", b"3")])
    after = tails(hub)

    moved = sum(tail.next for tail in after.partitions.values()) - sum(tail.next for tail in before.partitions.values())
    assert moved == 3
    assert after.generation == before.generation


@pytest.mark.faults
def test_busy_hub_is_tried_again_and_nothing_is_written_to_stdout(
    hub: HubSettings, running: ServerInThread, capsys: pytest.CaptureFixture[str]
) -> None:
    with Publisher(hub) as publisher:
        running.call(lambda server: server.faults.busy(2))
        published = publisher.publish([("a", b"1"), ("a", b"2")])

    assert published.events == 2
    assert [message.body for message in in_hub(hub)] == [b"1", b"2"]
    assert capsys.readouterr().out == ""


def test_refusal_comes_at_the_deadline_when_the_hub_stays_busy(hub: HubSettings, running: ServerInThread) -> None:
    with Publisher(hub, deadline_seconds=1) as publisher:
        running.call(lambda server: server.faults.busy(1000))

        with pytest.raises(HubError, match="0 events were acknowledged"):
            publisher.publish([("a", b"1")])
