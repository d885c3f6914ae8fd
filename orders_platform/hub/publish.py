"""Publish to the hub: batches per partition, each key's order kept, nothing given up silently.

A batch is sent again until the hub acknowledges it or the deadline passes; a lost answer can therefore double a batch, which
event ids undo downstream. The key travels with each event, so that Kafka readers see it although we choose the partition.
"""

import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import stamina
from azure.eventhub import EventDataBatch
from azure.eventhub.exceptions import AuthenticationError, EventHubError
from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

from orders_platform.errors import HubError, InputError
from orders_platform.hub.batches import ENVELOPE_BYTES, Message, event_of, fits
from orders_platform.hub.clients import hub_faults, sentence
from orders_platform.hub.opened import OpenHub, opened
from orders_platform.hub.partitioning import partition_of
from orders_platform.settings import HubSettings

_MAX_SENDERS = 4


@dataclass(frozen=True, slots=True)
class Published:
    """What the hub acknowledged."""

    events: int
    body_bytes: int
    batches: int


@dataclass(slots=True)
class _Lane:
    """One partition, and the batch in the making for it."""

    partition: str
    batch: EventDataBatch | None = None
    body_bytes: int = 0


@dataclass(slots=True)
class _Count:
    events: int = 0
    body_bytes: int = 0
    batches: int = 0
    progress: Callable[[int], None] = field(default=lambda _: None)

    def add(self, sent: Published) -> None:
        self.events += sent.events
        self.body_bytes += sent.body_bytes
        self.batches += sent.batches
        self.progress(sent.events)


class Publisher:
    """Sends messages; keep one open for as long as there is something to send."""

    def __init__(self, hub: HubSettings, *, deadline_seconds: float = 60) -> None:
        """Name the hub, and how long one batch may be tried."""
        self._hub = hub
        self._deadline_seconds = deadline_seconds
        self._opened: OpenHub | None = None
        self._lanes: dict[str, _Lane] = {}
        self._round_robin: itertools.cycle[str] = itertools.cycle(())

    def __enter__(self) -> Self:
        """Connect and learn the partitions. Raises HubError."""
        # Else stamina prints retries to stdout by structlog, into what --json gives.
        set_on_retry_hooks([LoggingOnRetryHook])
        self._opened = opened(self._hub)
        partitions = self._opened.partitions
        self._lanes = {one: _Lane(one) for one in partitions}
        self._senders = ThreadPoolExecutor(max_workers=min(len(partitions), _MAX_SENDERS))
        self._round_robin = itertools.cycle(partitions)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Close connections; what was published is acknowledged by then."""
        if self._opened is not None:
            self._senders.shutdown(wait=False, cancel_futures=True)
            self._opened.client.close()

    def check(self, messages: Sequence[Message]) -> None:
        """Refuse messages that the hub cannot take, before any is sent. Raises InputError naming the first."""
        for number, (key, body) in enumerate(messages, start=1):
            self._check_size(number, key, body)

    def publish(self, messages: Iterable[Message], *, progress: Callable[[int], None] = lambda _: None) -> Published:
        """Send all, and come back when the hub has acknowledged all; `progress` hears of each batch's events.

        Raises HubError or InputError that says how many were acknowledged.
        """
        count = _Count(progress=progress)
        try:
            for number, (key, body) in enumerate(messages, start=1):
                self._check_size(number, key, body)
                self._add(self._lane(key), key, body, count=count)
            self._send_all(count)
        except (HubError, InputError) as fault:
            raise type(fault)(f"{fault}; {count.events} events were acknowledged before, and are in the hub") from fault
        finally:
            for lane in self._lanes.values():
                lane.batch, lane.body_bytes = None, 0
        return Published(count.events, count.body_bytes, count.batches)

    def _check_size(self, number: int, key: str | None, body: bytes) -> None:
        most_bytes = self._open().most_bytes - ENVELOPE_BYTES
        if len(body) > most_bytes:
            named = f"event {number}" + (f" (key {key})" if key else "")
            raise InputError(f"{named} has {len(body):,} bytes; the hub takes {most_bytes:,}, make it smaller")

    def _lane(self, key: str | None) -> _Lane:
        return self._lanes[next(self._round_robin) if key is None else partition_of(key, self._open().partitions)]

    def _add(self, lane: _Lane, key: str | None, body: bytes, *, count: _Count) -> None:
        event = event_of(key, body)
        if lane.batch is not None and not fits(lane.batch, event):
            self._send_all(count)
        if lane.batch is None:
            lane.batch = self._new_batch(lane)
            lane.batch.add(event)
        lane.body_bytes += len(body)

    def _new_batch(self, lane: _Lane) -> EventDataBatch:
        with hub_faults(self._hub):
            return self._open().client.create_batch(partition_id=lane.partition)

    def _send_all(self, count: _Count) -> None:
        """Send the batches of all partitions side by side, and wait: a batch can then never overtake the one before.

        Building goes on only after that, since a busy thread here would starve the senders (measured: half the speed).
        """
        full = [lane for lane in self._lanes.values() if lane.batch is not None]
        under_way = [self._senders.submit(self._send, lane) for lane in full]
        faults = [fault for sent in under_way if (fault := _settled(sent, count))]
        if faults:
            raise faults[0]

    def _send(self, lane: _Lane) -> Published:
        client = self._open().client
        batch, body_bytes = lane.batch, lane.body_bytes
        if batch is None:
            return Published(0, 0, 0)
        try:
            for attempt in stamina.retry_context(
                on=_may_pass, attempts=None, timeout=self._deadline_seconds, wait_initial=0.2, wait_max=5
            ):
                with attempt:
                    client.send_batch(batch, timeout=self._deadline_seconds)
        except EventHubError as fault:
            raise HubError(sentence(self._hub, fault)) from fault
        lane.batch, lane.body_bytes = None, 0
        return Published(len(batch), body_bytes, 1)

    def _open(self) -> OpenHub:
        if self._opened is None:
            raise HubError("the publisher is not open; use it in a with statement")
        return self._opened


def _settled(sent: Future[Published], count: _Count) -> HubError | None:
    """Count what one sender had acknowledged, or give its fault: the others still count."""
    try:
        count.add(sent.result())
    except HubError as fault:
        return fault
    return None


def _may_pass(fault: Exception) -> bool:
    """Whether trying again can help: a wrong key or an event too large stays wrong."""
    return isinstance(fault, EventHubError) and not isinstance(fault, AuthenticationError) and "message-size" not in str(fault)
