"""Where the hubs are, in every version."""

import struct

import pytest

from orders_platform_tests.emulators.eventhubs.kafka.running_face import RunningFace
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import METADATA, Cursor, WireClient, text

EVERY_VERSION = range(9)
UNKNOWN = 3


def ask(client: WireClient, version: int, *names: str | None) -> Cursor:
    """No name asks for all."""
    listed = struct.pack(">i", len(names) or (0 if version == 0 else -1)) + b"".join(text(name) for name in names)
    flags = (b"\1" if version >= 4 else b"") + (b"\0\0" if version >= 8 else b"")
    return client.ask(METADATA, version, listed + flags)


def read_broker(answer: Cursor, version: int) -> tuple[str | None, int]:
    """Host and port of the one broker, which is the controller too."""
    if version >= 3:
        assert answer.take("i") == 0
    assert answer.take("i") == 1
    node, host, port = answer.take("i"), answer.string(), answer.take("i")
    if version >= 1:
        assert answer.string() is None
    if version >= 2:
        assert answer.string()
    if version >= 1:
        assert answer.take("i") == node
    return host, port


def read_topics(answer: Cursor, version: int) -> dict[str | None, tuple[int, list[int]]]:
    """Error and partitions of each hub."""
    topics = {}
    for _ in range(answer.take("i")):
        error, name = answer.take("h"), answer.string()
        if version >= 1:
            assert answer.take("b") == 0
        topics[name] = error, [read_partition(answer, version) for _ in range(answer.take("i"))]
        if version >= 8:
            answer.take("i")
    if version >= 8:
        answer.take("i")
    assert answer.is_at_end
    return topics


def read_partition(answer: Cursor, version: int) -> int:
    """Its number; it must have a leader."""
    error, index, leader = answer.take("h"), answer.take("i"), answer.take("i")
    if version >= 7:
        assert answer.take("i") == 0
    assert (error, leader) == (0, 0)
    for _ in range(2):
        assert (answer.take("i"), answer.take("i")) == (1, 0)
    if version >= 5:
        assert answer.take("i") == 0
    return index


@pytest.mark.parametrize("version", EVERY_VERSION)
def test_all_hubs_are_listed_at_the_address_that_was_reached(face: RunningFace, client: WireClient, version: int) -> None:
    """A client connects to what it is told here."""
    answer = ask(client, version)

    assert read_broker(answer, version) == ("127.0.0.1", face.port)
    assert read_topics(answer, version) == {"orders": (0, [0, 1])}


@pytest.mark.parametrize("version", EVERY_VERSION)
def test_a_hub_that_is_not_there_is_an_error_beside_those_that_are(client: WireClient, version: int) -> None:
    """Nothing is made by asking for it."""
    for _ in range(2):
        answer = ask(client, version, "orders", "none", "")

        read_broker(answer, version)
        assert read_topics(answer, version) == {"orders": (0, [0, 1]), "none": (UNKNOWN, []), "": (UNKNOWN, [])}


def test_no_hub_is_listed_when_none_is_asked_for(client: WireClient) -> None:
    """From version 1 on an empty list is not the same as none."""
    answer = client.ask(METADATA, 1, struct.pack(">i", 0))

    read_broker(answer, 1)
    assert read_topics(answer, 1) == {}
