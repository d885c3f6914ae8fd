"""One try to send: the partitions side by side, each one's messages in their order, and what became of each message.

Nothing is tried again here: a relay knows better when, and must not hold the other partitions back for one that is throttled.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from azure.eventhub import EventDataBatch, EventHubProducerClient
from azure.eventhub.exceptions import AuthenticationError, ConnectError, ConnectionLostError, EventHubError, OperationTimeoutError

from orders_platform.errors import HubError
from orders_platform.hub.batches import ENVELOPE_BYTES, Message, event_of, fits
from orders_platform.hub.clients import hub_faults, producer, sentence
from orders_platform.hub.partitioning import partition_of
from orders_platform.settings import HubSettings

_MOST_SENDERS = 8
_SEND_SECONDS = 20.0


class Reason(StrEnum):
    """Why a message is not in the hub, as far as is known: an answer that got lost tells nothing."""

    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message.

    Attributes:
        reason: why it was not acknowledged; None where it was.
        sentence: the same for people; empty where it was.
        is_its_own: whether the fault is the message's, and not its partition's.
    """

    reason: Reason | None = None
    sentence: str = ""
    is_its_own: bool = False


_ACKNOWLEDGED = Outcome()
_Numbered = tuple[int, Message]


class Lanes:
    """A connection to all partitions of a hub."""

    def __init__(self, hub: HubSettings) -> None:
        """Name the hub; nothing is connected yet."""
        self._hub = hub
        self._client: EventHubProducerClient | None = None
        self._partitions: list[str] = []
        self._most_bytes = 0

    def __enter__(self) -> Self:
        """Connect and learn the partitions. Raises HubError."""
        client = producer(self._hub)
        try:
            with hub_faults(self._hub):
                self._partitions = client.get_partition_ids()
                self._most_bytes = client.create_batch().max_size_in_bytes - ENVELOPE_BYTES
        except HubError:
            client.close()
            raise
        self._client = client
        self._senders = ThreadPoolExecutor(min(len(self._partitions), _MOST_SENDERS), thread_name_prefix="lane")
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection; one that is broken already says nothing more."""
        if self._client is not None:
            self._senders.shutdown(wait=True, cancel_futures=True)
            with suppress(EventHubError, OSError):
                self._client.close()

    @property
    def names(self) -> list[str]:
        """The partitions."""
        return self._partitions

    def lane_of(self, key: str) -> str:
        """The partition that messages of a key go to."""
        return partition_of(key, self._partitions)

    def send(self, messages: Sequence[tuple[str, bytes]]) -> list[Outcome]:
        """What became of each message, in their order; where one fails, none of its key behind it is sent."""
        lanes: defaultdict[str, list[_Numbered]] = defaultdict(list)
        for number, (key, body) in enumerate(messages):
            lanes[self.lane_of(key)].append((number, (key, body)))
        outcomes = [_ACKNOWLEDGED] * len(messages)
        for told in self._senders.map(lambda lane: self._lane_sent(lane, lanes[lane]), lanes):
            for number, outcome in told.items():
                outcomes[number] = outcome
        return outcomes

    def _lane_sent(self, partition: str, messages: Sequence[_Numbered]) -> dict[int, Outcome]:
        """What became of those of one partition that did not arrive; after the first batch that fails, nothing is sent."""
        failed = self._too_large(messages)
        batches = self._batches(partition, [each for each in messages if each[0] not in failed])
        fault: Outcome | None = None
        for numbers, batch in batches:
            fault = fault or self._batch_sent(batch)
            if fault:
                failed |= dict.fromkeys(numbers, fault)
        return failed

    def _too_large(self, messages: Sequence[_Numbered]) -> dict[int, Outcome]:
        """Messages that no batch takes, and those of the same key behind them."""
        found: dict[int, Outcome] = {}
        keys: set[str | None] = set()
        for number, (key, body) in messages:
            if len(body) > self._most_bytes or key in keys:
                keys.add(key)
                said = f"an event of {key} is larger than the {self._most_bytes:,} bytes that the hub takes"
                found[number] = Outcome(Reason.TOO_LARGE, said, is_its_own=True)
        return found

    def _batches(self, partition: str, messages: Sequence[_Numbered]) -> Iterator[tuple[list[int], EventDataBatch]]:
        """Full batches, then the last one; each is made when the one before it has been sent."""
        numbers: list[int] = []
        batch: EventDataBatch | None = None
        for number, (key, body) in messages:
            event = event_of(key, body)
            if batch is None or not fits(batch, event):
                if batch is not None:
                    yield numbers, batch
                numbers, batch = [], self._open().create_batch(partition_id=partition)
                batch.add(event)
            numbers.append(number)
        if batch is not None:
            yield numbers, batch

    def _batch_sent(self, batch: EventDataBatch) -> Outcome | None:
        try:
            self._open().send_batch(batch, timeout=_SEND_SECONDS)
        except EventHubError as fault:
            return Outcome(reason_of(fault), sentence(self._hub, fault))
        return None

    def _open(self) -> EventHubProducerClient:
        if self._client is None:
            raise HubError("the lanes are not open; use them in a with statement")
        return self._client


def reason_of(fault: EventHubError) -> Reason:
    """The kind of a fault of the SDK."""
    said = str(fault)
    if "server-busy" in said or "50002" in said:
        return Reason.THROTTLED
    if isinstance(fault, AuthenticationError) or "unauthorized-access" in said:
        return Reason.REFUSED
    if "message-size" in said:
        return Reason.TOO_LARGE
    if isinstance(fault, ConnectError | ConnectionLostError | OperationTimeoutError):
        return Reason.UNREACHABLE
    return Reason.OTHER
