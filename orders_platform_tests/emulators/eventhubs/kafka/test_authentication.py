"""No data without the right key, in every way to log in."""

import struct

import pytest

from orders_platform_tests.emulators.eventhubs.kafka.running_face import RunningFace, connection_string
from orders_platform_tests.emulators.eventhubs.kafka.wire_client import (
    AUTHENTICATE,
    FETCH,
    HANDSHAKE,
    LIST_OFFSETS,
    METADATA,
    Cursor,
    WireClient,
    fetch_body,
    list_offsets_body,
    text,
)

FAILED, UNSUPPORTED_MECHANISM, ILLEGAL_STATE = 58, 33, 34


def test_the_right_connection_string_opens_the_door(stranger: WireClient) -> None:
    """Data can be asked for after the login."""
    assert stranger.log_in(connection_string()) == 0

    assert stranger.list_offset(-1) == (0, -1, 0)


@pytest.mark.parametrize(
    ("user", "password"),
    [
        ("$ConnectionString", connection_string("d3Jvbmc=")),
        ("$ConnectionString", connection_string("")),
        ("$ConnectionString", connection_string().replace("RootManage", "Other")),
        ("$ConnectionString", ""),
        ("$ConnectionString", "no connection string;;=;"),
        ("$connectionstring", connection_string()),
        ("", connection_string()),
        ("$ConnectionString", "Endpoint=sb://x/;SharedAccessKeyName=;SharedAccessKey="),
        ("$ConnectionString", "schlüssel=ß"),
    ],
)
def test_wrong_credentials_are_refused_and_the_connection_ends(stranger: WireClient, user: str, password: str) -> None:
    """Error 58, as Kafka says it, then no more."""
    assert stranger.log_in(password, user) == FAILED
    assert stranger.is_closed()


@pytest.mark.parametrize("token", [b"", b"\0", b"a\0b\0c\0d", b"\xff\0\xff\0\xff", b"\0$ConnectionString"])
def test_a_token_of_another_form_is_refused(stranger: WireClient, token: bytes) -> None:
    """Anything but three parts of UTF-8."""
    stranger.ask(HANDSHAKE, 1, text("PLAIN"))

    answer = stranger.ask(AUTHENTICATE, 0, struct.pack(">i", len(token)) + token)

    assert answer.take("h") == FAILED
    assert "connection string" in (answer.string() or "")
    assert stranger.is_closed()


@pytest.mark.parametrize(
    ("api", "version", "body"),
    [
        (METADATA, 1, struct.pack(">i", -1)),
        (LIST_OFFSETS, 5, list_offsets_body(5, "orders", partition=0, time_ms=-1)),
        (FETCH, 11, fetch_body({0: 0})),
    ],
)
@pytest.mark.parametrize("after_handshake", [False, True])
def test_a_stranger_gets_no_data(stranger: WireClient, api: int, version: int, body: bytes, *, after_handshake: bool) -> None:
    """The connection ends instead of an answer."""
    if after_handshake:
        stranger.ask(HANDSHAKE, 1, text("PLAIN"))

    with pytest.raises((EOFError, ConnectionError)):
        stranger.ask(api, version, body)


def test_another_mechanism_is_refused_with_the_one_that_is_spoken(stranger: WireClient) -> None:
    """Clients name the list in their message."""
    answer = stranger.ask(HANDSHAKE, 1, text("SCRAM-SHA-256"))

    assert (answer.take("h"), answer.take("i"), answer.string()) == (UNSUPPORTED_MECHANISM, 1, "PLAIN")
    assert stranger.is_closed()


def test_a_token_without_handshake_is_refused(stranger: WireClient) -> None:
    """Also where the token is right."""
    token = f"\0$ConnectionString\0{connection_string()}".encode()

    answer = stranger.ask(AUTHENTICATE, 1, struct.pack(">i", len(token)) + token)

    assert answer.take("h") == ILLEGAL_STATE
    assert stranger.is_closed()


def test_a_bare_token_is_taken_after_the_oldest_handshake(stranger: WireClient) -> None:
    """Version 0 has no request around the token, and an empty answer."""
    assert stranger.ask(HANDSHAKE, 0, text("PLAIN")).take("h") == 0

    stranger.send_frame(f"\0$ConnectionString\0{connection_string()}".encode())

    assert stranger.receive_frame() == b""
    assert stranger.list_offset(-2) == (0, -1, 0)


def test_a_wrong_bare_token_ends_the_connection(stranger: WireClient) -> None:
    """That version has no word of refusal."""
    stranger.ask(HANDSHAKE, 0, text("PLAIN"))

    stranger.send_frame(f"\0$ConnectionString\0{connection_string('d3Jvbmc=')}".encode())

    assert stranger.is_closed()


def test_a_second_login_is_refused(client: WireClient) -> None:
    """A connection that is open cannot become another one's."""
    assert client.ask(HANDSHAKE, 1, text("PLAIN")).take("h") == ILLEGAL_STATE
    assert client.is_closed()


def test_each_connection_logs_in_for_itself(client: WireClient, face: RunningFace) -> None:
    """One that is open opens no other."""
    assert client.list_offset(-1)[0] == 0

    with WireClient(face.port) as other, pytest.raises((EOFError, ConnectionError)):
        other.list_offset(-1)


def test_a_newer_client_is_told_the_versions(stranger: WireClient) -> None:
    """Version 3 has another form of header: the answer is error 35 in the oldest form, from which the client chooses."""
    stranger.send_frame(struct.pack(">hhi", 18, 3, 7) + text("java") + b"\x00\x05apache\x063.9.2\x00")

    answer = Cursor(stranger.receive_frame())

    assert (answer.take("i"), answer.take("h")) == (7, 35)
    versions = {answer.take("h"): (answer.take("h"), answer.take("h")) for _ in range(answer.take("i"))}
    assert answer.is_at_end
    assert versions == {1: (4, 11), 2: (1, 5), 3: (0, 8), 17: (0, 1), 18: (0, 2), 36: (0, 1)}


@pytest.mark.parametrize("version", [0, 1, 2])
def test_versions_are_told_to_strangers(stranger: WireClient, version: int) -> None:
    """They are asked for before the login."""
    answer = stranger.ask(18, version)

    assert answer.take("h") == 0
    answer.raw(6 * answer.take("i"))
    if version:
        assert answer.take("i") == 0
    assert answer.is_at_end
