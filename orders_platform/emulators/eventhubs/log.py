"""The durable log of one partition: segments of append-only files, oldest first.

What holds, and what does not:
- `append` returns after write(2) took all bytes, and a producer is answered only after that. So a process killed at
  any moment (kill -9 included) loses nothing that was acknowledged: the bytes are the kernel's.
- A power cut or a crash of the machine may lose what the kernel had not yet put on disk: on an ordinary Linux the last
  30 seconds or so of acknowledged events, always from the tail. With `fsync` on, every append waits for the disk and
  nothing acknowledged is lost, at the price of a disk round trip a batch.
- At open, a tail that is torn (cut short, or not matching its checksum) is cut off; a batch that was being written
  may so be kept in part. It was not acknowledged, its producer sends it again: at least once, as in Azure.
- The log keeps how far producers were told that it reaches, and says at open how much of that it lacks: then its numbers
  would be given out a second time, and the hub begins a new generation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from orders_platform.emulators.eventhubs.acknowledged import AcknowledgedEnd
from orders_platform.emulators.eventhubs.facts import DamagedData
from orders_platform.emulators.eventhubs.opening import opened_segments
from orders_platform.emulators.eventhubs.segment import Record, Segment
from orders_platform.errors import EnvironmentFault

__all__ = ["LogOptions", "PartitionLog", "Record"]

SEGMENT_BYTES = 64 * 1024 * 1024
SEGMENTS_KEPT = 8
Subscriber = Callable[[], None]


@dataclass(frozen=True, slots=True)
class LogOptions:
    """How a partition keeps its records; None keeps all."""

    retention_ms: int | None = None
    retention_bytes: int | None = None
    segment_bytes: int = SEGMENT_BYTES
    fsync: bool = False

    @property
    def roll_bytes(self) -> int:
        """The size at which a new segment is begun: small enough that retention can drop in steps."""
        limit = self.segment_bytes if self.retention_bytes is None else self.retention_bytes // SEGMENTS_KEPT
        return max(1, min(self.segment_bytes, limit))

    @property
    def roll_ms(self) -> int | None:
        """The age at which a new segment is begun."""
        return None if self.retention_ms is None else max(1, self.retention_ms // SEGMENTS_KEPT)


class PartitionLog:
    """Records numbered without a gap from `begin` to `next`. Not thread-safe: it belongs to the server's loop."""

    def __init__(self, directory: Path, options: LogOptions) -> None:
        """Open the log, making it where there is none and cutting off a torn tail.

        Raises DamagedData where something is damaged or missing, and whole records stand behind it.
        """
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._options = options
        self._acknowledged = AcknowledgedEnd(directory)
        try:
            self._segments = opened_segments(directory, self._acknowledged.before)
        except DamagedData:
            self._acknowledged.close()
            raise
        self._subscribers: list[Subscriber] = []

    @property
    def begin(self) -> int:
        """Sequence number of the oldest record kept; equals `next` where none is."""
        return self._segments[0].start.sequence

    @property
    def next(self) -> int:
        """Sequence number that the next record gets."""
        return self._segments[-1].next

    @property
    def acknowledged_before(self) -> int | None:
        """The sequence number behind the last that a producer had been told of when the log was opened; None: nobody can tell."""
        return self._acknowledged.before

    @property
    def last_sequence(self) -> int:
        """Sequence number of the newest record ever appended, -1 before the first."""
        return self.next - 1

    @property
    def last_offset(self) -> int:
        """Offset of the newest record ever appended, -1 before the first."""
        return self._segments[-1].last_offset

    @property
    def last_ms(self) -> int:
        """Enqueued time of the newest record ever appended, 0 before the first."""
        return self._segments[-1].last_ms

    @property
    def is_empty(self) -> bool:
        """Whether no record is kept."""
        return self.begin == self.next

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(segment.size for segment in self._segments)

    def append(self, messages: Sequence[bytes], now_ms: int) -> int:
        """Write encoded messages, tell the subscribers, and return the first one's sequence number.

        Raises EnvironmentFault where the disk refuses, MalformedDataError where a message is no AMQP; both store nothing.
        """
        first = self.next
        enqueued_ms = max(now_ms, self.last_ms)
        try:
            if self._is_full(enqueued_ms):
                self._roll()
            self._segments[-1].append(messages, enqueued_ms)
            if self._options.fsync:
                self._segments[-1].sync()
            self._acknowledged.move(self.next)
        except OSError as error:
            self._segments[-1].cut(first)
            raise EnvironmentFault(f"{self._directory} cannot be written ({error.strerror}): free some disk space") from error
        for subscriber in tuple(self._subscribers):
            subscriber()
        return first

    def read(self, sequence: int, *, max_count: int, max_bytes: int) -> list[Record]:
        """Records from `sequence` (or `begin`, if later) on; empty at the tail, else at least one, limits or not.

        May stop at the end of a segment: read on from the last record.
        """
        sequence = max(sequence, self.begin)
        if sequence >= self.next or max_count < 1:
            return []
        holder = next(segment for segment in reversed(self._segments) if segment.start.sequence <= sequence)
        return holder.read(sequence, max_count=max_count, max_bytes=max_bytes)

    def first_at_or_after(self, time_ms: int) -> int | None:
        """Sequence number of the first record enqueued at that time or later, or None."""
        return self._first(lambda segment: segment.first_at_or_after(time_ms))

    def first_from_offset(self, offset: int) -> int | None:
        """Sequence number of the first record at that offset or behind it, or None."""
        return self._first(lambda segment: segment.first_from_offset(offset))

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber` after every append."""
        self._subscribers.append(subscriber)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """Call it no more; one that is not subscribed is fine."""
        if subscriber in self._subscribers:
            self._subscribers.remove(subscriber)

    def expire(self, now_ms: int) -> None:
        """Drop the oldest segments that are beyond the retention; `begin` moves on."""
        if self._outlived(self._segments[-1], now_ms):
            self._roll()
        while len(self._segments) > 1 and (self._outlived(self._segments[0], now_ms) or self._is_oversize()):
            self._segments.pop(0).delete()

    def cut_tail(self, count: int) -> None:
        """Lose the newest `count` records, as a machine that died would: for tests only."""
        keep = max(self.begin, self.next - count)
        while self._segments[-1].start.sequence > keep:
            self._segments.pop().delete()
        self._segments[-1].cut(keep)

    def acknowledge(self) -> None:
        """Take what the log holds for what producers were told of: what it lacks is known by now."""
        self._acknowledged.move(self.next)

    def sync(self) -> None:
        """Make the disk itself hold all of it."""
        self._segments[-1].sync()
        self._acknowledged.sync()

    def close(self) -> None:
        """Give the files back."""
        for segment in self._segments:
            segment.close()
        self._acknowledged.close()

    def _first(self, find: Callable[[Segment], int | None]) -> int | None:
        return next((found for found in map(find, self._segments) if found is not None), None)

    def _is_full(self, now_ms: int) -> bool:
        active = self._segments[-1]
        first_ms, roll_ms = active.first_ms, self._options.roll_ms
        if first_ms is None:
            return False
        return active.size >= self._options.roll_bytes or (roll_ms is not None and now_ms - first_ms >= roll_ms)

    def _roll(self) -> None:
        """Begin a new segment; the old one goes to disk first, so that a torn tail is only ever in the last."""
        self._segments[-1].sync()
        self._segments.append(Segment.create(self._directory, self._segments[-1].follower()))

    def _outlived(self, segment: Segment, now_ms: int) -> bool:
        limit = self._options.retention_ms
        return limit is not None and segment.first_ms is not None and now_ms - segment.last_ms > limit

    def _is_oversize(self) -> bool:
        limit = self._options.retention_bytes
        return limit is not None and self.size > limit
