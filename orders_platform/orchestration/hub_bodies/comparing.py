"""Messages of bronze, read without Spark, beside those that the hub holds at the same positions, read by its SDK."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from orders_platform.errors import SettingsError
from orders_platform.hub.peek import messages_at
from orders_platform.hub.tails import PartitionTail, tails
from orders_platform.orchestration.hub_bodies.checks import Compared
from orders_platform.serving.source import Ask
from orders_platform.serving.warehouse_source import WarehouseSource
from orders_platform.settings import HubSettings, Settings, is_folder
from orders_platform.workspace import workspace

# Files of Event Hubs Capture may tell a message's time by the second alone.
_SAME_TIME: Final = timedelta(seconds=1)
# a warehouse that rests takes some minutes to start
_OUTAGE_SECONDS: Final = 300
# partition, sequence number
Position = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Message:
    """What is compared of a message."""

    body_md5: str
    enqueued_at: datetime

    def is_as(self, other: "Message") -> bool:
        """Whether it is the same one."""
        return self.body_md5 == other.body_md5 and abs(self.enqueued_at - other.enqueued_at) < _SAME_TIME


def compared(hub: HubSettings, look: AbstractContextManager[Ask]) -> Compared:
    """Ask for the newest position that bronze has of each partition and road, as far as the hub holds it still.

    Raises HubError or TableAway where one of the two is away.
    """
    with look as ask:
        # bronze first: what it has, the hub must have had by then
        newest = ask("newest_positions", {})
        now = tails(hub)
        held = {(str(row["partition"]), int(row["sequence_number"])) for row in newest if row["generation"] == now.generation}
        known = [(name, number, now.partitions[name]) for name, number in sorted(held) if name in now.partitions]
        in_hub = {
            (each.partition, each.sequence_number): Message(_md5(each.body), each.enqueued_at)
            for each in messages_at(hub, [(name, number) for name, number, tail in known if tail.begin <= number < tail.next])
        }
        differing = [place for place, message in in_hub.items() if not message.is_as(_in_bronze(ask, now.generation, place))]
    positions = sorted([*differing, *_lost(known)])
    return Compared(now.generation, len(in_hub), [f"{name}:{number}@{now.generation}" for name, number in positions])


def look_of(settings: Settings) -> AbstractContextManager[Ask]:
    """The lake as it is read without Spark. Raises SettingsError where a catalog has no warehouse."""
    if is_folder(settings.lake):
        from orders_platform.serving.lake_source import LakeSource  # noqa: PLC0415  comes with the room's extra alone

        return LakeSource(settings.lake).look()
    if settings.warehouse is None:
        raise SettingsError(
            f"{settings.lake} is a Unity Catalog: name by DATABRICKS_WAREHOUSE_ID the SQL warehouse by which bronze is compared"
        )
    return WarehouseSource(workspace(_OUTAGE_SECONDS).statement_execution, settings.warehouse, settings.lake).look()


def _lost(known: Iterable[tuple[str, int, PartitionTail]]) -> Iterator[Position]:
    """Those at or behind the hub's end: it has lost them, or never had them."""
    return ((name, number) for name, number, tail in known if number >= tail.next)


def _in_bronze(ask: Ask, generation: str, place: Position) -> Message:
    partition, number = place
    # more than one would be a position that stands twice, which `positions_complete` tells
    row = ask("message_at", {"generation": generation, "partition": int(partition), "sequence_number": number})[0]
    return Message(row["body_md5"] or _md5(b""), row["enqueued_at"])


def _md5(body: bytes) -> str:
    """As SQL has it: what differs by accident is told apart, and nobody's secret hangs on it."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()
