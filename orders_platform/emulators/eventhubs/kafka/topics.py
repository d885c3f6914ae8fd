"""From the names in a request to the log they mean."""

from collections.abc import Mapping

from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.log import PartitionLog


def find_log(hubs: Mapping[str, Hub], topic: str, partition: int) -> PartitionLog | None:
    """The log of a hub's partition, or None where there is no such hub or partition."""
    hub = hubs.get(topic)
    if hub is None or not 0 <= partition < len(hub.partitions):
        return None
    return hub.partitions[partition]
