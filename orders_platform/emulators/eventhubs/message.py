"""An encoded AMQP message: walking its sections, stamping it for the log, and taking out what a reader needs.

Nothing is decoded that need not be: the log copies bytes, so that what the producer sent is what the consumer gets.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from orders_platform.emulators.eventhubs.amqp.codec import decode, encode, encode_map, items, skip
from orders_platform.emulators.eventhubs.amqp.types import MalformedDataError, Symbol

HEADER = 0x70
DELIVERY_ANNOTATIONS = 0x71
MESSAGE_ANNOTATIONS = 0x72
PROPERTIES = 0x73
APPLICATION_PROPERTIES = 0x74
DATA = 0x75
SEQUENCE = 0x76
VALUE = 0x77
FOOTER = 0x78

PARTITION_KEY = "x-opt-partition-key"
_SEQUENCE_NUMBER = encode(Symbol("x-opt-sequence-number")) + b"\x81"
_OFFSET = encode(Symbol("x-opt-offset")) + b"\xa1"
_ENQUEUED_TIME = encode(Symbol("x-opt-enqueued-time")) + b"\x83"
_LONG = struct.Struct(">q")
_SHORT, _ANNOTATIONS = b"\x00\x53", b"\x00\x53\x72"


def _symbol_forms(*names: str) -> tuple[bytes, ...]:
    """How a short symbol may stand on the wire: with a size of one byte, or of four."""
    raws = [name.encode() for name in names]
    short = (b"\xa3" + bytes((len(raw),)) + raw for raw in raws)
    return (*short, *(b"\xb3" + struct.pack(">I", len(raw)) + raw for raw in raws))


_OURS = _symbol_forms("x-opt-sequence-number", "x-opt-offset", "x-opt-enqueued-time")
_KEY = _symbol_forms(PARTITION_KEY)


class Section(NamedTuple):
    """Where a section lies in its message: its kind, first byte, first byte of its value, and end."""

    code: int
    start: int
    value: int
    end: int


class Pair(NamedTuple):
    """Where a key and its value lie in a map."""

    key: int
    value: int
    end: int


class StampedPlace(NamedTuple):
    """A place in the log as a message carries it: where it stands among the bytes, and the numbers that it names."""

    mark: int
    sequence: int
    offset: int


class Head(NamedTuple):
    """The part of a message that the log rewrites: header, the producer's annotations, and where the rest begins."""

    header: bytes
    items: int
    annotations: bytes
    rest: int


def sections(message: bytes) -> Iterator[Section]:
    """The sections of `message` in their order. Raises MalformedDataError where it is no AMQP message."""
    start, size = 0, len(message)
    while start < size:
        if message.startswith(_SHORT, start):
            end = skip(message, start + 3)
            yield Section(message[start + 2], start, start + 3, end)
        else:
            section = _long_section(message, start)
            end = section.end
            yield section
        start = end


def stamp(message: bytes, sequence: int, *, offset: int, enqueued_ms: int) -> bytes:
    """`message` with its place in the log among the message annotations, the rest byte for byte.

    Raises MalformedDataError where any of its sections is broken.
    """
    head = _head(message)
    place = str(offset).encode()
    annotations = b"".join(
        (
            head.annotations,
            _SEQUENCE_NUMBER,
            _LONG.pack(sequence),
            _OFFSET,
            bytes((len(place),)),
            place,
            _ENQUEUED_TIME,
            _LONG.pack(enqueued_ms),
        )
    )
    return b"".join((head.header, _ANNOTATIONS, encode_map(head.items + 6, annotations), message[head.rest :]))


def stamped_places(content: bytes, start: int) -> Iterator[StampedPlace]:
    """What `stamp` has put among the bytes from `start` on, or what looks like it, wherever messages may begin and end."""
    mark = content.find(_SEQUENCE_NUMBER, start)
    while mark >= 0:
        offset = mark + len(_SEQUENCE_NUMBER) + _LONG.size
        size = offset + len(_OFFSET)
        if content.startswith(_OFFSET, offset) and size < len(content):
            digits = content[size + 1 : size + 1 + content[size]]
            if digits.isdigit():
                (sequence,) = _LONG.unpack_from(content, mark + len(_SEQUENCE_NUMBER))
                yield StampedPlace(mark, sequence, int(digits))
        mark = content.find(_SEQUENCE_NUMBER, mark + 1)


def annotate_delivery(message: bytes, annotations: bytes) -> bytes:
    """`message` with the delivery annotations (wire form of their map), after its header as the standard asks."""
    first = next(sections(message))
    cut = first.end if first.code == HEADER else 0
    return b"".join((message[:cut], b"\x00\x53\x71", annotations, message[cut:]))


def body(message: bytes) -> bytes:
    """The payload: data sections joined; a text value as UTF-8; any other value or sequence in its AMQP form."""
    return b"".join(_content(message, section) for section in sections(message) if DATA <= section.code <= VALUE)


def data_sections(message: bytes) -> list[bytes]:
    """The content of each data section; a batch holds one whole message in each."""
    return [_binary(message, section) for section in sections(message) if section.code == DATA]


def partition_key(message: bytes) -> str | None:
    """The key that the producer gave, or None."""
    for section in sections(message):
        if section.code == MESSAGE_ANNOTATIONS:
            return _key_among(message, section)
        if section.code > MESSAGE_ANNOTATIONS:
            break
    return None


def with_partition_key(message: bytes, key: str) -> bytes:
    """`message` with the partition key among its annotations."""
    head = _head(message)
    annotations = head.annotations + encode(Symbol(PARTITION_KEY)) + encode(key)
    return b"".join((head.header, _ANNOTATIONS, encode_map(head.items + 2, annotations), message[head.rest :]))


def application_properties(message: bytes) -> dict[str, object]:
    """What the producer's application put beside the body."""
    return {key: decode(value)[0] for key, value in encoded_application_properties(message)}


def encoded_application_properties(message: bytes) -> list[tuple[str, bytes]]:
    """Application properties with their values in AMQP form: what Azure hands Kafka readers as headers."""
    found = []
    for section in sections(message):
        if section.code == APPLICATION_PROPERTIES:
            found += [(str(decode(message, key)[0]), message[value:end]) for key, value, end in _pairs(message, section)]
    return found


def _long_section(message: bytes, start: int) -> Section:
    """A section whose descriptor is not in the short form that all SDKs send."""
    if message[start] != 0:
        raise MalformedDataError(f"no section of a message at byte {start}")
    code, value = decode(message, start + 1)
    if not isinstance(code, int):
        raise MalformedDataError(f"the section at byte {start} is described by name, which nobody sends")
    return Section(code, start, value, skip(message, value))


def _pairs(message: bytes, section: Section) -> Iterator[Pair]:
    count, start = items(message, section.value)
    for _ in range(count // 2):
        value = skip(message, start)
        end = skip(message, value)
        if end > section.end:
            break
        yield Pair(start, value, end)
        start = end
    if start != section.end:
        raise MalformedDataError(f"the map at byte {section.value} does not hold the items that it says")


def _head(message: bytes) -> Head:
    header = annotations = b""
    count, rest = 0, len(message)
    for section in sections(message):
        if section.code > MESSAGE_ANNOTATIONS:
            rest = min(rest, section.start)
        elif section.code == MESSAGE_ANNOTATIONS:
            count, annotations = _foreign_annotations(message, section)
        elif section.code == HEADER:
            header = message[section.start : section.end]
    return Head(header, count, annotations, rest)


def _foreign_annotations(message: bytes, section: Section) -> tuple[int, bytes]:
    """Number of items and wire form of the annotations that are not the log's own."""
    kept = [message[pair.key : pair.end] for pair in _pairs(message, section) if not message.startswith(_OURS, pair.key)]
    return 2 * len(kept), b"".join(kept)


def _key_among(message: bytes, section: Section) -> str | None:
    for pair in _pairs(message, section):
        if message.startswith(_KEY, pair.key):
            key = decode(message, pair.value)[0]
            return None if key is None else str(key)
    return None


def _binary(message: bytes, section: Section) -> bytes:
    """The bytes of a data section."""
    size_bytes = {0xA0: 1, 0xB0: 4}.get(message[section.value])
    if size_bytes is None:
        raise MalformedDataError(f"the data section at byte {section.start} holds no binary")
    return message[section.value + 1 + size_bytes : section.end]


def _content(message: bytes, section: Section) -> bytes:
    if section.code == DATA:
        return _binary(message, section)
    if section.code == SEQUENCE:
        return message[section.value : section.end]
    value, _ = decode(message, section.value)
    if isinstance(value, str):
        return value.encode()
    return value if isinstance(value, bytes) else message[section.value : section.end]
