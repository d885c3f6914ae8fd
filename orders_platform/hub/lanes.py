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

from azure.core.exceptions import AzureError
from azure.eventhub import EventDataBatch
from azure.eventhub.exceptions import AuthenticationError, ConnectError, ConnectionLostError, EventHubError, OperationTimeoutError

from orders_platform.errors import HubError
from orders_platform.hub.batches import ENVELOPE_BYTES, Message, event_of, fits
from orders_platform.hub.clients import address, sentence
from orders_platform.hub.opened import OpenHub, opened
from orders_platform.hub.partitioning import partition_of
from orders_platform.hub.within import within
from orders_platform.settings import HubSettings

_MOST_SENDERS = 8
_FAREWELL_SECONDS = 2.0
# the SDK makes a link anew when one fails, and sends a second time
_TRIES_OF_THE_SDK = 2
# in Azure's words: the hub or one partition of it has too much to do, or its questions are asked too often
_BUSY = ("server-busy", "50002", "50008")
_NO_ANSWER = "Authorization timeout"
# an identity's own faults, and what comes out of the SDK as it is when a connection breaks while it is closed
_FAULTS = (EventHubError, AzureError, OSError, AttributeError, ValueError)


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

    def __init__(self, hub: HubSettings, *, patience_seconds: float = 20.0) -> None:
        """Name the hub, and how long it may be silent; nothing is connected yet."""
        self._hub = hub
        self._patience_seconds = patience_seconds
        self._opened: OpenHub | None = None
        self._is_silent = False

    def __enter__(self) -> Self:
        """Connect and learn the partitions. Raises HubError."""
        try:
            self._opened = within(self._patience_seconds, lambda: opened(self._hub))
        except TimeoutError as fault:
            raise HubError(self._silent()) from fault
        self._senders = ThreadPoolExecutor(min(len(self.names), _MOST_SENDERS), thread_name_prefix="lane")
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection; one that is broken already says nothing more."""
        if self._opened is not None:
            self._senders.shutdown(wait=True, cancel_futures=True)
            with suppress(*_FAULTS):
                within(_FAREWELL_SECONDS, self._opened.client.close)

    @property
    def names(self) -> list[str]:
        """The partitions."""
        return self._open().partitions

    @property
    def is_silent(self) -> bool:
        """Whether the hub once gave no answer: what was asked may still hold its link, so that only a new connection helps."""
        return self._is_silent

    def lane_of(self, key: str) -> str:
        """The partition that messages of a key go to."""
        return partition_of(key, self._open().partitions)

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
        most_bytes = self._open().most_bytes - ENVELOPE_BYTES
        found: dict[int, Outcome] = {}
        keys: set[str | None] = set()
        for number, (key, body) in messages:
            if len(body) + len(key or "") > most_bytes or key in keys:
                keys.add(key)
                said = f"an event of {key} is larger than the {most_bytes:,} bytes that the hub takes"
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
                numbers, batch = [], self._open().client.create_batch(partition_id=partition)
                batch.add(event)
            numbers.append(number)
        if batch is not None:
            yield numbers, batch

    def _batch_sent(self, batch: EventDataBatch) -> Outcome | None:
        client, each = self._open().client, self._patience_seconds / _TRIES_OF_THE_SDK
        try:
            within(self._patience_seconds, lambda: client.send_batch(batch, timeout=each))
        except TimeoutError:
            self._is_silent = True
            return Outcome(Reason.UNREACHABLE, self._silent())
        except _FAULTS as fault:
            return Outcome(reason_of(fault), sentence(self._hub, fault))
        return None

    def _open(self) -> OpenHub:
        if self._opened is None:
            raise HubError("the lanes are not open; use them in a with statement")
        return self._opened

    def _silent(self) -> str:
        where = f"hub {self._hub.name} at {address(self._hub)}"
        return f"{where} has said nothing for {self._patience_seconds:g} s; check its health and the network"


def reason_of(fault: Exception) -> Reason:
    """The kind of a fault of the SDK, or of the one that a HubError came from."""
    cause = fault.__cause__ if isinstance(fault, HubError) else fault
    said = str(cause)
    if any(word in said for word in _BUSY):
        return Reason.THROTTLED
    # the SDK takes a hub that is silent for one that does not let us in
    if (isinstance(cause, AuthenticationError) and _NO_ANSWER not in said) or "unauthorized-access" in said:
        return Reason.REFUSED
    if "message-size" in said:
        return Reason.TOO_LARGE
    if isinstance(cause, ConnectError | ConnectionLostError | OperationTimeoutError | OSError):
        return Reason.UNREACHABLE
    return Reason.OTHER
