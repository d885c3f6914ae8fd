"""What is no request ends its own connection, and nothing else."""

import struct

import pytest

from orders_platform.emulators.eventhubs.kafka.connection import MOST_BYTES_OF_A_STRANGER, MOST_REQUEST_BYTES
from orders_platform_tests.emulators.eventhubs.kafka.running_face import RunningFace, connection_string
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import (
    FETCH,
    LIST_OFFSETS,
    METADATA,
    WireClient,
    Wish,
    fetch_body,
    text,
)

PRODUCE, FIND_COORDINATOR, CREATE_TOPICS, DESCRIBE_CLUSTER = 0, 10, 19, 60


def is_alive(face: RunningFace) -> bool:
    """Whether another client is served."""
    with WireClient(face.port) as other:
        return other.log_in(connection_string()) == 0 and other.list_offset(-1)[0] == 0


@pytest.mark.parametrize("api", [PRODUCE, FIND_COORDINATOR, CREATE_TOPICS, DESCRIBE_CLUSTER, -1, 32_767])
def test_a_request_that_is_not_served_ends_the_connection(face: RunningFace, client: WireClient, api: int) -> None:
    with pytest.raises((EOFError, ConnectionError)):
        client.ask(api, 0)

    assert is_alive(face)


@pytest.mark.parametrize(
    ("api", "version"), [(FETCH, 3), (FETCH, 12), (LIST_OFFSETS, 0), (LIST_OFFSETS, 6), (METADATA, 9), (METADATA, -1)]
)
def test_a_version_that_is_not_served_ends_the_connection(face: RunningFace, client: WireClient, api: int, version: int) -> None:
    with pytest.raises((EOFError, ConnectionError)):
        client.ask(api, version, bytes(100))

    assert is_alive(face)


@pytest.mark.parametrize("length", [-1, -(2**31), MOST_REQUEST_BYTES + 1, 2**31 - 1])
def test_a_length_beyond_the_limit_ends_the_connection(face: RunningFace, client: WireClient, length: int) -> None:
    """Before anything is kept in memory for it."""
    client.socket.sendall(struct.pack(">i", length))

    assert client.is_closed()
    assert is_alive(face)


def test_a_stranger_has_a_smaller_limit(face: RunningFace, stranger: WireClient) -> None:
    stranger.socket.sendall(struct.pack(">i", MOST_BYTES_OF_A_STRANGER + 1))

    assert stranger.is_closed()
    assert is_alive(face)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\0\0\0",
        struct.pack(">i", 2**31 - 1),
        struct.pack(">i", -2),
        struct.pack(">ih", 1, -2),
        struct.pack(">ih", 1, -1),
        struct.pack(">ih", 1, 500) + b"short",
        struct.pack(">ih", 1, 2) + b"\xff\xfe",
    ],
)
def test_fields_that_lie_about_their_size_end_the_connection(face: RunningFace, client: WireClient, body: bytes) -> None:
    with pytest.raises((EOFError, ConnectionError)):
        client.ask(METADATA, 1, body)

    assert is_alive(face)


def test_every_cut_of_a_request_ends_the_connection_alone(face: RunningFace) -> None:
    """A frame that ends in the midst of any field."""
    whole = struct.pack(">hhi", FETCH, 9, 1) + text("t") + fetch_body({0: 0})[: -len(text(""))]
    for length in range(0, len(whole) - 8, 3):
        with WireClient(face.port) as client:
            client.log_in(connection_string())
            client.send_frame(whole[:length])
            assert client.is_closed()

    assert is_alive(face)


def test_a_client_that_leaves_in_the_midst_of_a_frame_is_forgotten(face: RunningFace, client: WireClient) -> None:
    client.socket.sendall(struct.pack(">i", 100) + b"half")
    client.socket.close()

    assert is_alive(face)


def test_a_client_that_leaves_before_its_answer_is_forgotten(face: RunningFace) -> None:
    for _ in range(20):
        with WireClient(face.port) as client:
            client.log_in(connection_string())
            client.send_frame(struct.pack(">hhi", METADATA, 1, 1) + text("t") + struct.pack(">i", -1))

    assert is_alive(face)


def test_clients_are_cut_off_on_demand_and_may_come_back(face: RunningFace, client: WireClient) -> None:
    """As when a network fails, and when the server stops; one that waits for events is cut off too."""
    client.send_frame(struct.pack(">hhi", FETCH, 11, 1) + text("t") + fetch_body({0: 0}, Wish(wait_ms=30_000)))

    assert face.with_hub(lambda _: face.broken_by.drop_connections()) == 1

    assert client.is_closed()
    assert is_alive(face)
