"""Fetch: events of partitions from an offset on. Fetch sessions are not kept: every request names all it wants."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.kafka.gather import Limits, Slice, gather
from orders_platform.emulators.eventhubs.kafka.protocol import Error
from orders_platform.emulators.eventhubs.kafka.wire import Reader, Writer

_NONE = -1


@dataclass(frozen=True, slots=True)
class _Topic:
    name: str
    slices: list[Slice]


@dataclass(frozen=True, slots=True)
class _Request:
    limits: Limits
    session_id: int
    topics: list[_Topic]


async def answer_fetch(reader: Reader, version: int, *, hubs: Mapping[str, Hub], upcoming: asyncio.Future[bytes]) -> bytes:
    """Events for each partition asked for; none where none came in time, or before the client's next request, `upcoming`."""
    request = _request(reader, version)
    if request.session_id:
        return _response(version, Error.FETCH_SESSION_ID_NOT_FOUND, [])
    slices = [part for topic in request.topics for part in topic.slices]
    await gather(slices, request.limits, hubs=hubs, upcoming=upcoming)
    return _response(version, Error.NONE, request.topics)


def _request(reader: Reader, version: int) -> _Request:
    reader.int32()  # replica
    limits = Limits(wait_ms=reader.int32(), least_bytes=reader.int32(), most_bytes=reader.int32())
    reader.int8()  # isolation level: nothing here is transactional
    session_id = 0
    if version >= 7:
        session_id = reader.int32()
        reader.int32()  # session epoch
    topics = reader.array(lambda: _topic(reader, version))
    # Left unread: partitions that a session forgets, the client's rack.
    return _Request(limits, session_id, topics)


def _topic(reader: Reader, version: int) -> _Topic:
    name = reader.string()
    return _Topic(name, reader.array(lambda: _slice(reader, version, topic=name)))


def _slice(reader: Reader, version: int, *, topic: str) -> Slice:
    partition = reader.int32()
    if version >= 9:
        reader.int32()  # the leader epoch the client knows
    offset = reader.int64()
    if version >= 5:
        reader.int64()  # where a follower's log starts
    return Slice(topic=topic, partition=partition, offset=offset, most_bytes=reader.int32())


def _response(version: int, error: Error, topics: list[_Topic]) -> bytes:
    response = Writer().int32(0)  # throttle
    if version >= 7:
        response.int16(error).int32(0)  # no session
    response.array(topics, lambda topic: _write_topic(response, version, topic))
    return response.done()


def _write_topic(response: Writer, version: int, topic: _Topic) -> None:
    response.string(topic.name).array(topic.slices, lambda part: _write_slice(response, version, part))


def _write_slice(response: Writer, version: int, part: Slice) -> None:
    end = part.log.next if part.log else _NONE
    response.int32(part.partition).int16(part.error).int64(end).int64(end)
    if version >= 5:
        response.int64(part.log.begin if part.log else _NONE)
    response.int32(_NONE)  # no aborted transactions
    if version >= 11:
        response.int32(_NONE)  # no better replica
    response.octets(b"".join(part.batches))
