"""Stored events as Kafka record batches, format 2.

A batch says one time for all its records, since enqueued times are the log's (LogAppendTime): a client takes the
batch's highest time for every record of it. So a batch holds only events enqueued in the same millisecond; else
events would look younger than they are, and a start by time would disagree with the times that readers see.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from google_crc32c import value as crc32c

from orders_platform.emulators.eventhubs.kafka.content import content_of
from orders_platform.emulators.eventhubs.kafka.protocol import LEADER_EPOCH
from orders_platform.emulators.eventhubs.kafka.wire import varint
from orders_platform.emulators.eventhubs.log import Record

_LOG_APPEND_TIME = 8
_MAGIC = 2
_NO_PRODUCER = -1
_NULL = varint(-1)

# offset, length of what follows, leader epoch, magic, crc
_HEAD = struct.Struct(">qiibI")
# attributes, last offset delta, first and highest time, producer id, its epoch and sequence, number of records
_UNDER_CRC = struct.Struct(">hiqqqhii")
_OVERHEAD = _HEAD.size + _UNDER_CRC.size
_BEFORE_LENGTH_COUNTS = 12  # the offset and the length itself


@dataclass(frozen=True, slots=True)
class Packed:
    """Encoded batches, how many events are in them, and whether room ended before the events did."""

    data: bytes
    count: int
    is_full: bool


def pack(records: Iterable[Record], room: int, *, force_first: bool) -> Packed:
    """As many of `records` as fit into `room` bytes; the first in any case where `force_first`, or no reader could pass it."""
    batches: list[bytes] = []
    count = size = 0
    for enqueued_ms, run in groupby(records, key=attrgetter("enqueued_ms")):
        events = list(run)
        fitting = _fitting(events, room - size - _OVERHEAD, force_first=force_first and not batches)
        if fitting:
            batches.append(_batch(events[0].sequence, enqueued_ms, fitting))
            size += len(batches[-1])
            count += len(fitting)
        if len(fitting) < len(events):
            return Packed(b"".join(batches), count, is_full=True)
    return Packed(b"".join(batches), count, is_full=False)


def _fitting(events: list[Record], room: int, *, force_first: bool) -> list[bytes]:
    encoded: list[bytes] = []
    for delta, event in enumerate(events):
        record = _record(event.message, delta)
        room -= len(record)
        if room < 0 and not (force_first and delta == 0):
            break
        encoded.append(record)
    return encoded


def _batch(first_sequence: int, enqueued_ms: int, records: list[bytes]) -> bytes:
    count = len(records)
    fields = _UNDER_CRC.pack(
        _LOG_APPEND_TIME, count - 1, enqueued_ms, enqueued_ms, _NO_PRODUCER, _NO_PRODUCER, _NO_PRODUCER, count
    )
    covered = b"".join((fields, *records))
    length = _HEAD.size - _BEFORE_LENGTH_COUNTS + len(covered)
    return _HEAD.pack(first_sequence, length, LEADER_EPOCH, _MAGIC, crc32c(covered)) + covered


def _record(message: bytes, delta: int) -> bytes:
    content = content_of(message)
    parts = [b"\0\0", varint(delta)]  # no attributes; the batch says the time
    for part in (content.key, content.value):
        parts += (_NULL,) if part is None else (varint(len(part)), part)
    parts.append(varint(len(content.headers)))
    for name, value in content.headers:
        parts += (varint(len(name)), name, varint(len(value)), value)
    record = b"".join(parts)
    return varint(len(record)) + record
