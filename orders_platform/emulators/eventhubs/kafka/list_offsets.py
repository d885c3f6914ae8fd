"""ListOffsets: a partition's first and next sequence number, or the first event at or after a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.kafka.protocol import LEADER_EPOCH, Error
from orders_platform.emulators.eventhubs.kafka.topics import find_log
from orders_platform.emulators.eventhubs.kafka.wire import Reader, Writer
from orders_platform.emulators.eventhubs.log import PartitionLog

_LATEST = -1
_EARLIEST = -2
_NONE = -1


@dataclass(frozen=True, slots=True)
class _Question:
    partition: int
    time_ms: int


@dataclass(frozen=True, slots=True)
class _Answer:
    error: Error
    time_ms: int = _NONE
    offset: int = _NONE


def answer_list_offsets(request: Reader, version: int, *, hubs: Mapping[str, Hub]) -> bytes:
    """An offset for each partition asked for."""
    request.int32()  # replica
    if version >= 2:
        request.int8()  # isolation level: nothing here is transactional
    topics = request.array(lambda: (request.string(), request.array(lambda: _question(request, version))))
    response = Writer()
    if version >= 2:
        response.int32(0)  # throttle
    response.array(topics, lambda topic: _write_topic(response, version, topic=topic, hubs=hubs))
    return response.done()


def _question(request: Reader, version: int) -> _Question:
    partition = request.int32()
    if version >= 4:
        request.int32()  # the leader epoch the client knows
    return _Question(partition, request.int64())


def _write_topic(response: Writer, version: int, *, topic: tuple[str, list[_Question]], hubs: Mapping[str, Hub]) -> None:
    name, questions = topic

    def write(question: _Question) -> None:
        answer = _answer(find_log(hubs, name, question.partition), question.time_ms)
        response.int32(question.partition).int16(answer.error).int64(answer.time_ms).int64(answer.offset)
        if version >= 4:
            response.int32(LEADER_EPOCH if answer.offset != _NONE else _NONE)

    response.string(name).array(questions, write)


def _answer(log: PartitionLog | None, time_ms: int) -> _Answer:
    if log is None:
        return _Answer(Error.UNKNOWN_TOPIC_OR_PARTITION)
    if time_ms == _LATEST:
        return _Answer(Error.NONE, offset=log.next)
    if time_ms == _EARLIEST:
        return _Answer(Error.NONE, offset=log.begin)
    if time_ms < 0:
        return _Answer(Error.INVALID_REQUEST)
    return _first_at_or_after(log, time_ms)


def _first_at_or_after(log: PartitionLog, time_ms: int) -> _Answer:
    sequence = log.first_at_or_after(time_ms)
    if sequence is None:
        return _Answer(Error.NONE)
    found = log.read(sequence, max_count=1, max_bytes=1)[0]
    return _Answer(Error.NONE, time_ms=found.enqueued_ms, offset=found.sequence)
