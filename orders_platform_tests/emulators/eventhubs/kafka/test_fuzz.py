"""Whatever bytes come, the server lives, holds nobody up, and forgets who is gone."""

import gc
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders_platform_tests.emulators.eventhubs.kafka.running_face import RunningFace, an_event, connection_string
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import (
    FETCH,
    LIST_OFFSETS,
    METADATA,
    WireClient,
    Wish,
    fetch_body,
    list_offsets_body,
    text,
)

EXAMPLES = 150
INT32 = st.integers(-(2**31), 2**31 - 1)
INT64 = st.integers(-(2**63), 2**63 - 1)

wishes = st.builds(
    Wish,
    version=st.integers(4, 11),
    wait_ms=st.integers(-(2**31), 20),
    least=INT32,
    most=INT32,
    most_each=INT32,
    topic=st.sampled_from(["orders", "ORDERS", "", "none", "ö"]),
    session=st.sampled_from([0, 0, 0, 1, -1]),
)
offsets = st.dictionaries(st.integers(-1, 3) | INT32, st.integers(-2, 6) | INT64, max_size=4)


@pytest.fixture(scope="module")
def lasting_face(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFace]:
    """One server for all examples: what one leaves behind, the next would meet."""
    with RunningFace(tmp_path_factory.mktemp("hub"), partitions=2) as face:
        face.append(an_event(b"x" * 100, key="k", properties={"a": 1}), an_event(None), an_event(b""))
        yield face


def assert_serves(face: RunningFace) -> None:
    """An honest client gets its events."""
    with WireClient(face.port) as client:
        assert client.log_in(connection_string()) == 0
        assert [row.offset for row in client.fetch(0).rows] == [0, 1, 2]


def send_and_leave(face: RunningFace, data: bytes, *, log_in: bool) -> None:
    """Send raw bytes and end the sending side; returns when the server has ended its own."""
    with WireClient(face.port) as client, suppress(ConnectionError):
        if log_in:
            client.log_in(connection_string())
        client.socket.sendall(data)
        client.socket.shutdown(1)
        while client.socket.recv(1 << 16):
            pass


def framed(body: bytes) -> bytes:
    return struct.pack(">i", len(body)) + body


@settings(max_examples=EXAMPLES)
@given(data=st.binary(max_size=300), log_in=st.booleans())
def test_random_bytes_end_a_connection(lasting_face: RunningFace, data: bytes, *, log_in: bool) -> None:
    send_and_leave(lasting_face, data, log_in=log_in)

    assert_serves(lasting_face)


@settings(max_examples=EXAMPLES)
@given(
    api=st.sampled_from([1, 2, 3, 17, 18, 36]) | st.integers(-(2**15), 2**15 - 1),
    version=st.integers(-2, 13),
    body=st.binary(max_size=200),
    log_in=st.booleans(),
)
def test_random_fields_of_any_request_end_a_connection_at_most(
    lasting_face: RunningFace, api: int, version: int, body: bytes, *, log_in: bool
) -> None:
    send_and_leave(lasting_face, framed(struct.pack(">hhi", api, version, 1) + text("t") + body), log_in=log_in)

    assert_serves(lasting_face)


@settings(max_examples=EXAMPLES)
@given(wish=wishes, offsets=offsets, cut=st.none() | st.integers(0, 60))
def test_fetches_with_any_numbers_are_answered_or_dropped(
    lasting_face: RunningFace, wish: Wish, offsets: dict[int, int], cut: int | None
) -> None:
    """A whole request is answered, whatever it asks for; a cut one is dropped."""
    body = fetch_body(offsets, wish)[:cut]

    send_and_leave(lasting_face, framed(struct.pack(">hhi", FETCH, wish.version, 1) + text("t") + body), log_in=True)

    with WireClient(lasting_face.port) as client:
        client.log_in(connection_string())
        client.ask(FETCH, wish.version, fetch_body(offsets, wish))
    assert_serves(lasting_face)


@settings(max_examples=EXAMPLES)
@given(time_ms=INT64, partition=INT32, version=st.integers(1, 5), topic=st.text(max_size=20))
def test_any_time_of_any_partition_has_an_answer(
    lasting_face: RunningFace, time_ms: int, partition: int, *, version: int, topic: str
) -> None:
    with WireClient(lasting_face.port) as client:
        client.log_in(connection_string())
        client.ask(LIST_OFFSETS, version, list_offsets_body(version, topic, partition=partition, time_ms=time_ms))
        client.ask(METADATA, 1, struct.pack(">i", 1) + text(topic))


def test_nothing_is_left_behind(lasting_face: RunningFace) -> None:
    """After all of the above no reader watches a log any more, and no fault went by in silence."""
    gc.collect()

    assert lasting_face.with_hub(lambda hub: [len(log._subscribers) for log in hub.partitions]) == [0, 0]
    assert lasting_face.faults == []
