"""The type system: every value survives the wire, and no bytes can do worse than be refused."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from orders_platform.emulators.eventhubs.amqp.codec import decode, encode, skip
from orders_platform.emulators.eventhubs.amqp.types import (
    Int,
    MalformedDataError,
    Strings,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
)
from orders_platform.emulators.eventhubs.message import body, partition_key, sections, stamp, with_partition_key
from orders_platform_tests.emulators.eventhubs.an_event import an_event

LONG = st.integers(-(2**63), 2**63 - 1)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        LONG,
        st.integers(0, 255).map(UByte),
        st.integers(0, 2**16 - 1).map(UShort),
        st.integers(0, 2**32 - 1).map(UInt),
        st.integers(0, 2**64 - 1).map(ULong),
        st.integers(-(2**31), 2**31 - 1).map(Int),
        LONG.map(Timestamp),
        st.floats(allow_nan=False),
        st.text(max_size=300),
        st.binary(max_size=300),
        st.uuids().map(lambda value: uuid.UUID(bytes=value.bytes)),
        st.text(st.characters(max_codepoint=127), max_size=40).map(Symbol),
    ),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=5),
)


@given(VALUES)
def test_values_survive_the_wire(value: object) -> None:
    raw = encode(value)

    assert decode(raw) == (value, len(raw))
    assert skip(raw, 0) == len(raw)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_arrays_of_text_survive_the_wire(texts: list[str]) -> None:
    assert decode(encode(Strings(texts)))[0] == texts


@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_are_refused(raw: bytes) -> None:
    for act in (decode, skip):
        try:
            act(raw, 0)
        except MalformedDataError:
            continue


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_are_refused(raw: bytes) -> None:
    try:
        list(sections(raw))
        body(raw)
    except MalformedDataError:
        return


@given(st.integers(0, 80), st.integers(0, 255), st.text(max_size=9))
def test_message_with_a_wrong_byte_is_stored_or_refused(place: int, byte: int, key: str) -> None:
    message = bytearray(with_partition_key(an_event(b"content"), key))
    message[place % len(message)] = byte

    try:
        partition_key(bytes(message))
        stored = stamp(bytes(message), 1, offset=2, enqueued_ms=3)
    except MalformedDataError:
        return

    assert [section.end for section in sections(stored)][-1] == len(stored)


@given(st.text(max_size=300), st.binary(max_size=300))
def test_key_that_was_put_on_is_found_again(key: str, content: bytes) -> None:
    message = with_partition_key(an_event(content), key)

    assert (partition_key(message), body(message)) == (key, content)
