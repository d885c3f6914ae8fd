"""A record as a segment's file holds it: length, time, checksum, message. And how whole ones are found behind damage."""

import struct
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from orders_platform.emulators.eventhubs.message import stamped_places

_HEAD = struct.Struct(">IqI")
_FACTS = struct.Struct(">Iq")
# Where it is not known at which offset a file begins, the first records tell: so many are looked at, each so far back, and none
# that would be larger.
_LOOKED_AT, _LOOK_BACK, _MOST_BYTES = 64, 4_096, 4_194_304
HEAD_BYTES = _HEAD.size


class StoredRecord(NamedTuple):
    """A whole record: its first byte, the one behind its last, its time and its message."""

    position: int
    end: int
    enqueued_ms: int
    message: bytes


def head_of(message: bytes, enqueued_ms: int) -> bytes:
    """What stands before a message in the file."""
    return _HEAD.pack(len(message), enqueued_ms, _checksum(message, enqueued_ms))


def record_at(content: bytes, position: int) -> StoredRecord | None:
    """The record that begins there; None where none does, or it is not whole."""
    start = position + HEAD_BYTES
    if start > len(content):
        return None
    length, enqueued_ms, checksum = _HEAD.unpack_from(content, position)
    end = start + length
    # looked at first: a length that is damaged may be of gigabytes
    if end > len(content):
        return None
    message = content[start:end]
    return StoredRecord(position, end, enqueued_ms, message) if checksum == _checksum(message, enqueued_ms) else None


def records_in_a_row(content: bytes, position: int) -> Iterator[StoredRecord]:
    """Records from a position on, up to the first that is not whole."""
    while (stored := record_at(content, position)) is not None:
        yield stored
        position = stored.end


def whole_records(content: bytes, position: int, first_offset: int | None) -> Iterator[StoredRecord]:
    """All whole records from a position on, damage between them or not.

    Each carries its offset in the log among its annotations, which says where in the content it must begin: so a search costs no
    more than one look over the bytes.

    Args:
        first_offset: in the log, of the content's first byte; None where nobody knows: the records themselves tell.
    """
    start: int | None = position
    while start is not None:
        for stored in records_in_a_row(content, start):
            yield stored
            start = stored.end
        if first_offset is None:
            first_offset = _first_offset(content, start)
        start = None if first_offset is None else _next_whole(content, start, first_offset)


def _next_whole(content: bytes, position: int, first_offset: int) -> int | None:
    for place in stamped_places(content, position):
        start = place.offset - first_offset
        if position <= start < place.mark:
            if record_at(content, start):
                return start
            # what comes later begins later
            position = start + 1
    return None


def _first_offset(content: bytes, position: int) -> int | None:
    for place in islice(stamped_places(content, position), _LOOKED_AT):
        for start in range(place.mark - HEAD_BYTES, max(position, place.mark - _LOOK_BACK) - 1, -1):
            length, *_ = _HEAD.unpack_from(content, start)
            if place.mark - start - HEAD_BYTES < length <= _MOST_BYTES and record_at(content, start):
                return place.offset - start
    return None


def _checksum(message: bytes, enqueued_ms: int) -> int:
    """Over length, time and message: zeros, which a power cut may leave, do not match."""
    return zlib.crc32(message, zlib.crc32(_FACTS.pack(len(message), enqueued_ms)))
