"""Where a hub's partitions begin and end, asked in parallel within one deadline."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from azure.eventhub import EventHubConsumerClient

from orders_platform.errors import HubError
from orders_platform.hub.clients import address, consumer, hub_faults
from orders_platform.hub.within import within
from orders_platform.hub_name import folded
from orders_platform.settings import HubSettings

_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True)
class PartitionTail:
    """What a partition holds.

    Attributes:
        begin: sequence number of the oldest event still there; equal to `next` where there is none.
        next: the sequence number that the next event will get.
        last_enqueued_at: when the last event came, or None where none ever did.
    """

    begin: int
    next: int
    last_enqueued_at: datetime | None


@dataclass(frozen=True, slots=True)
class HubTails:
    """All partitions of a hub; a re-created hub is another generation, whose sequence numbers start anew."""

    generation: str
    partitions: Mapping[str, PartitionTail]


def tails(hub: HubSettings, *, deadline_seconds: float = 10) -> HubTails:
    """Ask the hub. Raises HubError where it refuses, or has not answered by the deadline."""
    try:
        return within(deadline_seconds, lambda: _asked(hub))
    except TimeoutError:
        raise HubError(
            f"hub {hub.name} at {address(hub)} did not answer within {deadline_seconds:g} s; check that it runs, and the network"
        ) from None


def _asked(hub: HubSettings) -> HubTails:
    try:
        with hub_faults(hub):
            return _read(hub)
    except HubError:
        raise
    except Exception as fault:
        raise HubError(f"hub {hub.name} at {address(hub)} cannot be asked ({fault})") from fault


def _read(hub: HubSettings) -> HubTails:
    with consumer(hub) as client:
        properties = client.get_eventhub_properties()
        ids = properties["partition_ids"]
        # Each question is a connection of its own that mostly waits (0.4 s), so they are asked at once.
        with ThreadPoolExecutor(max_workers=len(ids)) as pool:
            found = dict(zip(ids, pool.map(lambda one: _tail(client, one), ids), strict=True))
    return HubTails(generation=generation(hub.name, properties["created_at"]), partitions=found)


def generation(name: str, created_at: datetime) -> str:
    """The agreed text of a hub's generation."""
    return f"{folded(name)}-{round(created_at.timestamp() * _MILLISECONDS)}"


def _tail(client: EventHubConsumerClient, partition: str) -> PartitionTail:
    properties: dict[str, Any] = client.get_partition_properties(partition)
    last = int(properties["last_enqueued_sequence_number"])
    return PartitionTail(
        begin=last + 1 if properties["is_empty"] else int(properties["beginning_sequence_number"]),
        next=last + 1,
        last_enqueued_at=properties["last_enqueued_time_utc"] if last >= 0 else None,
    )
