"""From the names in a request to the log they mean."""

from orders_platform.emulators.eventhubs.hub import Hubs
from orders_platform.emulators.eventhubs.log import PartitionLog


def find_log(hubs: Hubs, topic: str, partition: int) -> PartitionLog | None:
    """The log of a hub's partition, or None where there is no such hub or partition."""
    hub = hubs.find(topic)
    if hub is None or not 0 <= partition < len(hub.partitions):
        return None
    return hub.partitions[partition]
