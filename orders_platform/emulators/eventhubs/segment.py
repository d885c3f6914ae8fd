"""One append-only file of a partition's log: a header, then records, each with its length, time and checksum."""

import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from orders_platform.emulators.eventhubs.facts import DamagedData
from orders_platform.emulators.eventhubs.layout import SEGMENT, put, sync_names
from orders_platform.emulators.eventhubs.message import stamp, stamped_places
from orders_platform.emulators.eventhubs.record import (
    HEAD_BYTES,
    StoredRecord,
    head_of,
    record_at,
    records_in_a_row,
    whole_records,
)
from orders_platform.errors import EnvironmentFault

_MAGIC = b"OPHUBLG1"
_HEADER = struct.Struct(">8sqqqq")


@dataclass(frozen=True, slots=True)
class Record:
    """One event as stored: `message` is the encoded AMQP message, its annotations already in it."""

    sequence: int
    offset: int
    enqueued_ms: int
    message: bytes


@dataclass(frozen=True, slots=True)
class SegmentStart:
    """What the log had reached when the segment was begun; kept in its header, so it outlives what retention drops."""

    sequence: int
    offset: int
    last_offset: int
    last_ms: int


class Segment:
    """Records in one file, with an index of 16 bytes a record in memory."""

    def __init__(self, path: Path, start: SegmentStart) -> None:
        """Open an existing file without reading its records."""
        self.path = path
        self.start = start
        self._positions = array("q")
        self._times = array("q")
        self._size = _HEADER.size
        self._file = os.open(path, os.O_RDWR)

    @classmethod
    def create(cls, directory: Path, start: SegmentStart) -> "Segment":
        """A new empty segment; its header is whole before its name appears."""
        path = directory / f"{start.sequence:020d}{SEGMENT}"
        draft = path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(_HEADER.pack(_MAGIC, start.sequence, start.offset, start.last_offset, start.last_ms))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        sync_names(directory)
        return cls(path, start)

    @classmethod
    def load(cls, path: Path) -> "Segment":
        """A segment of an earlier run, records indexed up to the first that is not whole."""
        content = path.read_bytes()
        start = _start_of(content, path)
        if start is None:
            raise DamagedData(f"{path} is no log of this hub, or its beginning is damaged: restore it")
        segment = cls(path, start)
        segment._index(content)
        return segment

    @property
    def next(self) -> int:
        """The sequence number that the next record gets."""
        return self.start.sequence + len(self._positions)

    @property
    def size(self) -> int:
        """Bytes of whole records, header included."""
        return self._size

    @property
    def last_ms(self) -> int:
        """Enqueued time of the newest record, of this segment or before it."""
        return self._times[-1] if self._times else self.start.last_ms

    @property
    def last_offset(self) -> int:
        """Offset of the newest record, of this segment or before it."""
        return self._offset_at(self._positions[-1]) if self._positions else self.start.last_offset

    @property
    def first_ms(self) -> int | None:
        """Enqueued time of the oldest record, or None."""
        return self._times[0] if self._times else None

    def follower(self) -> SegmentStart:
        """Where the segment after this one starts."""
        return SegmentStart(self.next, self._offset_at(self._size), self.last_offset, self.last_ms)

    def append(self, messages: Sequence[bytes], enqueued_ms: int) -> None:
        """Write all messages with one call, or none.

        Raises EnvironmentFault where the disk refuses, MalformedDataError where a message is no AMQP.
        """
        positions, parts, end = array("q"), [], self._size
        for sequence, message in enumerate(messages, self.next):
            stored = stamp(message, sequence, offset=self._offset_at(end), enqueued_ms=enqueued_ms)
            parts.append(head_of(stored, enqueued_ms))
            parts.append(stored)
            positions.append(end)
            end += HEAD_BYTES + len(stored)
        self._write(b"".join(parts))
        self._positions.extend(positions)
        self._times.extend(array("q", [enqueued_ms]) * len(positions))
        self._size = end

    def read(self, sequence: int, *, max_count: int, max_bytes: int) -> list[Record]:
        """Records from `sequence` on: at least one where there is one, then as many as both limits allow."""
        first = sequence - self.start.sequence
        last = min(len(self._positions), first + max_count)
        fits = bisect_left(self._positions, self._positions[first] + max_bytes, first, last)
        last = max(first + 1, min(last, fits))
        begin = self._positions[first]
        content = os.pread(self._file, self._end_of(last - 1) - begin, begin)
        return [self._record(content, index, begin) for index in range(first, last)]

    def first_at_or_after(self, time_ms: int) -> int | None:
        """The first record enqueued at that time or later, or None."""
        index = bisect_left(self._times, time_ms)
        return self.start.sequence + index if index < len(self._times) else None

    def first_from_offset(self, offset: int) -> int | None:
        """The first record at that offset or behind it, or None."""
        index = bisect_left(self._positions, offset - self.start.offset + _HEADER.size)
        return self.start.sequence + index if index < len(self._positions) else None

    def cut(self, next_sequence: int) -> None:
        """Forget the record `next_sequence` and all behind it."""
        count = max(0, next_sequence - self.start.sequence)
        if count < len(self._positions):
            self._size = self._positions[count]
            del self._positions[count:], self._times[count:]
        os.ftruncate(self._file, self._size)

    def rest(self) -> bytes:
        """What stands in the file behind the last record of those that follow each other whole."""
        return os.pread(self._file, os.fstat(self._file).st_size - self._size, self._size)

    def whole_behind(self) -> int:
        """How many whole records stand in the rest: it is then no tail that was torn while it was written."""
        return sum(1 for _ in whole_records(self.rest(), 0, self._offset_at(self._size)))

    def set_rest_aside(self) -> Path:
        """Keep the rest in a file of its own beside this one, and cut it off here."""
        name = f"{self.path.name}.cut-off-at-{self.next}"
        taken = sum(1 for _ in self.path.parent.glob(f"{name}*"))
        aside = self.path.with_name(f"{name}-{taken}" if taken else name)
        put(aside, self.rest())
        self.cut(self.next)
        return aside

    def sync(self) -> None:
        """Make the disk itself hold what was written."""
        os.fdatasync(self._file)

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def delete(self) -> None:
        """Drop the segment and its file."""
        self.close()
        self.path.unlink()

    def _offset_at(self, position: int) -> int:
        return self.start.offset + position - _HEADER.size

    def _end_of(self, index: int) -> int:
        return self._positions[index + 1] if index + 1 < len(self._positions) else self._size

    def _record(self, content: bytes, index: int, begin: int) -> Record:
        position = self._positions[index]
        message = content[position - begin + HEAD_BYTES : self._end_of(index) - begin]
        return Record(self.start.sequence + index, self._offset_at(position), self._times[index], message)

    def _write(self, content: bytes) -> None:
        try:
            written = 0
            while written < len(content):
                written += os.pwrite(self._file, content[written:] if written else content, self._size + written)
        except OSError as error:
            os.ftruncate(self._file, self._size)
            raise EnvironmentFault(f"{self.path} cannot be written ({error.strerror}): free some disk space") from error

    def _index(self, content: bytes) -> None:
        self._size = _HEADER.size
        for stored in records_in_a_row(content, _HEADER.size):
            self._positions.append(stored.position)
            self._times.append(stored.enqueued_ms)
            self._size = stored.end


def whole_records_of(path: Path) -> Iterator[StoredRecord]:
    """All whole records of a segment's file, whatever in it is damaged."""
    content = path.read_bytes()
    start = _start_of(content, path)
    return whole_records(content, _HEADER.size, None if start is None else start.offset - _HEADER.size)


def _start_of(content: bytes, path: Path) -> SegmentStart | None:
    """What the header says; None where it is damaged: its file's name and its first record say the same."""
    if len(content) < _HEADER.size or not content.startswith(_MAGIC):
        return None
    _, *numbers = _HEADER.unpack_from(content)
    start, first = SegmentStart(*numbers), record_at(content, _HEADER.size)
    agrees = first is None or any(place.offset == start.offset for place in stamped_places(first.message, 0))
    return start if agrees and start.sequence == int(path.stem) else None
