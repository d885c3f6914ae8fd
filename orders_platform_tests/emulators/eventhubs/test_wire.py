"""The protocol itself, where the SDK cannot be made to go: every field, limits, and clients that misbehave."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.amqp.types import Described, UInt
from orders_platform.emulators.eventhubs.config import HubConfig
from orders_platform.emulators.eventhubs.in_thread import ServerInThread, server_in_thread
from orders_platform.emulators.eventhubs.message import body
from orders_platform.emulators.eventhubs.server import ServerOptions
from orders_platform_tests.emulators.eventhubs import raw_client as raw
from orders_platform_tests.emulators.eventhubs.an_event import an_event
from orders_platform_tests.emulators.eventhubs.raw_client import RawClient

pytestmark = pytest.mark.integration

KEY = "c29tZSBrZXk="
TO_PARTITION = "amqps://127.0.0.1/orders/Partitions/0"
FROM_PARTITION = "amqps://127.0.0.1/orders/ConsumerGroups/$Default/Partitions/0"


@pytest.fixture
def client(running: ServerInThread) -> Iterator[RawClient]:
    """Logged in, nothing opened."""
    with RawClient(running.server.amqp_port) as raw_one:
        assert raw_one.log_in("Root", KEY) == 0
        yield raw_one


def condition(error: object) -> object:
    """The condition of an error in a detach or close."""
    assert isinstance(error, Described)
    assert isinstance(error.value, list)
    return error.value[0]


def fill(running: ServerInThread, *contents: bytes) -> None:
    messages = [an_event(content) for content in contents]
    running.call(lambda server: server.hubs["orders"].partitions[0].append(messages, 1))


def test_every_performative_has_its_full_list_of_fields(client: RawClient) -> None:
    lengths = {"open": len(client.open()), "begin": len(client.begin())}
    lengths["attach"] = len(client.attach(TO_PARTITION, is_receiver=False))
    lengths["flow"] = len(client.expect(raw.FLOW))
    client.publish(an_event())
    lengths["disposition"] = len(client.expect(raw.DISPOSITION))
    client.send(raw.DETACH, UInt(0), True)
    lengths["detach"] = len(client.expect(raw.DETACH))
    client.attach(FROM_PARTITION, is_receiver=True)
    client.flow(next_incoming_id=0, window=10, delivery_count=0, credit=1)
    lengths["transfer"] = len(client.expect(raw.TRANSFER))
    client.send(raw.END)
    lengths["end"] = len(client.expect(raw.END))
    client.send(raw.CLOSE)
    lengths["close"] = len(client.expect(raw.CLOSE))

    assert lengths == {
        "open": 10,
        "begin": 8,
        "attach": 14,
        "flow": 11,
        "disposition": 6,
        "detach": 3,
        "transfer": 11,
        "end": 1,
        "close": 1,
    }


def test_no_more_is_sent_than_there_is_credit(running: ServerInThread, client: RawClient) -> None:
    fill(running, b"0", b"1", b"2", b"3", b"4")
    client.open()
    client.begin()
    client.attach(FROM_PARTITION, is_receiver=True)

    client.flow(next_incoming_id=0, window=100, delivery_count=0, credit=2)
    first = [client.expect(raw.TRANSFER)[1] for _ in range(2)]
    client.expect_silence(next_incoming_id=2, window=100)
    client.flow(next_incoming_id=2, window=100, delivery_count=2, credit=10, is_drain=True)
    rest = [client.expect(raw.TRANSFER)[1] for _ in range(3)]
    drained = client.expect(raw.FLOW)

    assert (first, rest) == ([0, 1], [2, 3, 4])
    assert drained[5:7] == [12, 0]


def test_no_more_is_sent_than_the_window_takes(running: ServerInThread, client: RawClient) -> None:
    fill(running, b"0", b"1", b"2", b"3", b"4")
    client.open()
    client.begin(window=0)
    client.attach(FROM_PARTITION, is_receiver=True)

    client.flow(next_incoming_id=0, window=3, delivery_count=0, credit=100)
    first = [client.expect(raw.TRANSFER)[1] for _ in range(3)]
    client.expect_silence(next_incoming_id=3, window=0)
    client.send(raw.FLOW, UInt(3), UInt(100), UInt(0), UInt(100))
    rest = [client.expect(raw.TRANSFER)[1] for _ in range(2)]

    assert (first, rest) == ([0, 1, 2], [3, 4])


def test_large_message_is_cut_to_the_peers_frames(running: ServerInThread, client: RawClient) -> None:
    fill(running, bytes(range(256)) * 20)
    client.open(max_frame_size=512)
    client.begin()
    client.attach(FROM_PARTITION, is_receiver=True)
    client.flow(next_incoming_id=0, window=100, delivery_count=0, credit=1)

    parts: list[bytes] = []
    more: object = True
    while more:
        frame = client.frame()
        assert frame is not None
        parts.append(frame[2])
        more = frame[1][5]

    assert len(parts) > 10
    assert max(map(len, parts)) < 512
    assert body(b"".join(parts)) == bytes(range(256)) * 20


def test_message_of_many_frames_may_overdraw_the_window_but_no_other_follows(running: ServerInThread, client: RawClient) -> None:
    fill(running, b"a" * 2_000, b"b" * 2_000)
    client.open(max_frame_size=512)
    client.begin()
    client.attach(FROM_PARTITION, is_receiver=True)

    client.flow(next_incoming_id=0, window=2, delivery_count=0, credit=100)
    count = 1
    while client.expect(raw.TRANSFER)[5]:
        count += 1

    assert count > 2
    client.expect_silence(next_incoming_id=2, window=0)


def test_wrong_password_is_refused(running: ServerInThread) -> None:
    with RawClient(running.server.amqp_port) as stranger:
        assert stranger.log_in("Root", "wrong") == 1
        assert stranger.frame() is None


def test_link_without_a_claim_is_refused(running: ServerInThread) -> None:
    with RawClient(running.server.amqp_port) as stranger:
        stranger.open()
        stranger.begin()
        stranger.attach(TO_PARTITION, is_receiver=False)

        assert condition(stranger.expect(raw.DETACH)[2]) == "amqp:unauthorized-access"


@pytest.mark.parametrize("address", ["orders/Partitions/2", "nowhere", "orders/Partitions/00", "orders/x/y/z"])
def test_link_to_what_does_not_exist_is_refused(client: RawClient, address: str) -> None:
    client.open()
    client.begin()
    client.attach(address, is_receiver=False)

    assert condition(client.expect(raw.DETACH)[2]) == "amqp:not-found"


def test_detach_after_the_end_of_the_session_is_let_pass(client: RawClient) -> None:
    client.open()
    client.begin()
    client.attach(TO_PARTITION, is_receiver=False)
    client.expect(raw.FLOW)
    client.send(raw.END)
    client.expect(raw.END)

    client.send(raw.DETACH, UInt(0), True)
    begun = client.begin()

    assert len(begun) == 8


def test_message_that_is_no_message_is_rejected_and_the_link_lives(running: ServerInThread, client: RawClient) -> None:
    client.open()
    client.begin()
    client.attach(TO_PARTITION, is_receiver=False)
    client.expect(raw.FLOW)

    client.publish(b"\xff\xff no sections")
    state = client.expect(raw.DISPOSITION)[4]
    client.publish(an_event(b"good"), number=1)
    client.expect(raw.DISPOSITION)

    assert isinstance(state, Described)
    assert state.descriptor == 0x25
    assert running.call(lambda server: server.hubs["orders"].partitions[0].next) == 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff" * 64,
        b"\x00\x00\x00\x0a\x02\x00\x00\x00\xd0\xff",
        b"\x00\x00\x00\x04\x02\x00\x00\x00",
        b"\x00\x00\x00\x09\x02\x00\x00\x00\x40",
    ],
    ids=["too long a frame", "broken list", "too short a frame", "no performative"],
)
def test_garbage_ends_the_connection_with_a_reason(client: RawClient, garbage: bytes) -> None:
    client.open()

    client.write(garbage)

    assert condition(client.expect(raw.CLOSE)[0]) == "amqp:decode-error"
    assert client.frame() is None


def test_other_protocol_gets_ours_and_goodbye(running: ServerInThread) -> None:
    with RawClient(running.server.amqp_port) as stranger:
        stranger.write(b"AMQP\x00\x00\x09\x01")

        assert stranger.header() == b"AMQP\x00\x01\x00\x00"
        assert stranger.frame() is None


def test_silent_client_is_sent_away_and_one_that_asks_hears_signs_of_life(tmp_path: Path) -> None:
    options = ServerOptions(tmp_path, (HubConfig("orders", 1),), "Root", KEY, idle_time_out_ms=700)
    with server_in_thread(options) as running, RawClient(running.server.amqp_port) as client:
        told = client.open(idle_ms=200)[4]
        signs = 0
        while (frame := client.frame()) is not None and frame[0] == 0:
            signs += 1

    assert told == 700
    assert signs >= 3
    assert frame is not None
    assert condition(frame[1][0]) == "amqp:connection:forced"


def test_handle_used_again_leaves_no_reader_behind(running: ServerInThread, client: RawClient) -> None:
    client.open()
    client.begin()
    for _ in range(8):
        client.attach(FROM_PARTITION, is_receiver=True)
    client.begin()
    for _ in range(8):
        client.attach(FROM_PARTITION, is_receiver=True)

    assert running.call(lambda server: len(server.hubs["orders"].partitions[0]._subscribers)) == 1
