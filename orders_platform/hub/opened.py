"""A hub that events can be sent to: connected, its partitions and limits known."""

from dataclasses import dataclass

from azure.eventhub import EventHubProducerClient

from orders_platform.errors import HubError
from orders_platform.hub.clients import hub_faults, producer
from orders_platform.settings import HubSettings


@dataclass(frozen=True, slots=True)
class OpenHub:
    """What a sender holds.

    Attributes:
        most_bytes: of one batch, with all that AMQP puts around bodies.
    """

    client: EventHubProducerClient
    partitions: list[str]
    most_bytes: int


def opened(hub: HubSettings) -> OpenHub:
    """Connect and learn. Raises HubError."""
    client = producer(hub)
    try:
        with hub_faults(hub):
            return OpenHub(client, client.get_partition_ids(), client.create_batch().max_size_in_bytes)
    except HubError:
        client.close()
        raise
