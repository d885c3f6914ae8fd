"""A look at the first or last messages of a hub's partitions, without moving anyone's progress."""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from azure.eventhub import EventData

from orders_platform.errors import HubError
from orders_platform.hub.clients import consumer, hub_faults
from orders_platform.hub.tails import PartitionTail, tails
from orders_platform.settings import HubSettings

if TYPE_CHECKING:
    from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

_LEAVING_SECONDS = 2
# connections; each mostly waits
_AT_ONCE = 16
_NEVER = datetime.fromtimestamp(0, UTC)
_KEY = b"x-opt-partition-key"


@dataclass(frozen=True, slots=True)
class HubMessage:
    """A message as it stands in the hub."""

    partition: str
    sequence_number: int
    enqueued_at: datetime
    key: str | None
    body: bytes


def peek(
    hub: HubSettings, partition: str | None, *, count: int, from_start: bool = False, deadline_seconds: float = 15
) -> list[HubMessage]:
    """Up to `count` messages of a partition, or of each: the last ones, or the first. Raises HubError."""
    found = tails(hub, deadline_seconds=deadline_seconds).partitions
    if partition is not None and partition not in found:
        raise HubError(f"hub {hub.name} has no partition {partition}; it has {', '.join(found)}")
    spans = {one: _span(tail, count, from_start=from_start) for one, tail in found.items() if partition in (None, one)}
    with ThreadPoolExecutor(max_workers=len(spans)) as pool:
        parts = pool.map(lambda one: _read(hub, one, span=spans[one], deadline_seconds=deadline_seconds), spans)
        return [message for part in parts for message in part]


def messages_at(hub: HubSettings, positions: Collection[tuple[str, int]], *, deadline_seconds: float = 15) -> list[HubMessage]:
    """The messages at positions (partition, sequence number) that the hub holds; one that it dropped meanwhile is left out.

    Raises HubError, also where there is no such position yet.
    """
    with ThreadPoolExecutor(max_workers=min(len(positions), _AT_ONCE) or 1) as pool:
        spans = [(partition, range(number, number + 1)) for partition, number in positions]
        parts = pool.map(lambda one: _read(hub, one[0], span=one[1], deadline_seconds=deadline_seconds), spans)
        return [message for part in parts for message in part]


def _span(tail: PartitionTail, count: int, *, from_start: bool) -> range:
    if from_start:
        return range(tail.begin, min(tail.begin + count, tail.next))
    return range(max(tail.begin, tail.next - count), tail.next)


def _read(hub: HubSettings, partition: str, *, span: range, deadline_seconds: float) -> list[HubMessage]:
    """The messages of a span of sequence numbers; the receiver runs in a thread of its own, since it never ends by itself."""
    if not span:
        return []
    messages: list[HubMessage] = []
    done = threading.Event()

    def take(_context: object, event: EventData | None) -> None:
        if event is not None and not done.is_set():
            messages.append(_message(partition, event))
            if messages[-1].sequence_number >= span[-1]:
                done.set()

    with hub_faults(hub), consumer(hub) as client:
        options = {"partition_id": partition, "starting_position": span[0], "starting_position_inclusive": True}
        receiver = threading.Thread(target=client.receive, args=(take,), kwargs={**options, "prefetch": len(span)}, daemon=True)
        receiver.start()
        complete = done.wait(deadline_seconds)
    receiver.join(_LEAVING_SECONDS)
    if not complete:
        raise HubError(f"hub {hub.name} gave {len(messages)} of {len(span)} messages within {deadline_seconds:g} s; try again")
    return [message for message in messages if message.sequence_number in span]


def _message(partition: str, event: EventData) -> HubMessage:
    key = (event.raw_amqp_message.annotations or {}).get(_KEY)
    body = event.body  # bytes, or the parts they came in
    return HubMessage(
        partition=partition,
        sequence_number=event.sequence_number or 0,
        enqueued_at=event.enqueued_time or _NEVER,  # there on every event that was received
        key=key.decode(errors="replace") if isinstance(key, bytes) else key,
        body=body if isinstance(body, bytes) else b"".join(cast("Iterable[bytes]", body)),
    )
