"""Gathering events of several partitions for one answer: within its limits, waiting where there is nothing yet."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.kafka.protocol import Error
from orders_platform.emulators.eventhubs.kafka.records import pack
from orders_platform.emulators.eventhubs.kafka.topics import find_log
from orders_platform.emulators.eventhubs.log import PartitionLog

# One loop serves AMQP too: an answer is capped, and between steps of reading the other face has its turn.
MOST_BYTES = 8 << 20
_STEP_BYTES = 256 << 10
_STEP_EVENTS = 500
_LONGEST_WAIT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait for how much, and how much at most."""

    wait_ms: int
    least_bytes: int
    most_bytes: int


@dataclass(slots=True)
class Slice:
    """What is asked of one partition, and what was gathered of it so far."""

    topic: str
    partition: int
    offset: int
    most_bytes: int
    log: PartitionLog | None = None
    error: Error = Error.NONE
    size: int = 0
    is_full: bool = False
    batches: list[bytes] = field(default_factory=list)

    def find(self, hubs: Mapping[str, Hub]) -> None:
        """Find the partition's log; a hub or partition that is not there is an error of this slice alone."""
        self.log = find_log(hubs, self.topic, self.partition)
        if self.log is None:
            self.error = Error.UNKNOWN_TOPIC_OR_PARTITION

    def step(self, room: int, *, force_first: bool) -> int:
        """Gather some events into at most `room` bytes; returns the bytes gathered, 0 where there is no more to gather."""
        if self.log is None or self.error or self.is_full:
            return 0
        if not self.log.begin <= self.offset <= self.log.next:
            self._out_of_range()
            return 0
        if self.offset == self.log.next:
            return 0
        packed = pack(
            self.log.read(self.offset, max_count=_STEP_EVENTS, max_bytes=_STEP_BYTES),
            min(room, self.most_bytes - self.size),
            force_first=force_first,
        )
        self.is_full = packed.is_full
        self.offset += packed.count
        self.size += len(packed.data)
        self.batches.append(packed.data)
        return len(packed.data)

    def _out_of_range(self) -> None:
        # Retention may pass by while an answer grows: what is gathered stands, the next request meets the error.
        if self.size:
            self.is_full = True
        else:
            self.error = Error.OFFSET_OUT_OF_RANGE


async def gather(slices: Sequence[Slice], limits: Limits, *, hubs: Mapping[str, Hub], upcoming: asyncio.Future[bytes]) -> None:
    """Fill `slices` until there is enough, an error to tell, no more time, or the client's next request is `upcoming`.

    A broker would let that request wait behind this one. Spark asks for a partition's end while its consumer, at that
    end, reads on: it would lose the whole wait (half a second) with every partition of every batch.
    """
    for part in slices:
        part.find(hubs)
    logs = list({id(part.log): part.log for part in slices if part.log is not None}.values())
    news = asyncio.Event()
    upcoming.add_done_callback(lambda _: news.set())
    for log in logs:
        log.subscribe(news.set)
    try:
        await _until_enough(slices, limits, news=news, upcoming=upcoming)
    finally:
        for log in logs:
            log.unsubscribe(news.set)


async def _until_enough(slices: Sequence[Slice], limits: Limits, *, news: asyncio.Event, upcoming: asyncio.Future[bytes]) -> None:
    loop = asyncio.get_running_loop()
    # A consumer that closes sends a last request for nothing, and waits for the answer.
    wait_ms = min(max(limits.wait_ms, 0), _LONGEST_WAIT_MS) if slices else 0
    deadline = loop.time() + wait_ms / 1000
    most = min(limits.most_bytes, MOST_BYTES)
    enough = min(limits.least_bytes, most)
    while True:
        news.clear()
        gathered = await _fill(slices, most)
        if gathered >= enough or upcoming.done() or any(part.error or part.is_full for part in slices):
            return
        try:
            async with asyncio.timeout_at(deadline):
                await news.wait()
        except TimeoutError:
            return


async def _fill(slices: Sequence[Slice], most: int) -> int:
    """Take what there is, partition by partition in the order asked; returns all bytes gathered so far."""
    gathered = sum(part.size for part in slices)
    for part in slices:
        while taken := part.step(most - gathered, force_first=gathered == 0):
            gathered += taken
            await asyncio.sleep(0)
    return gathered
