"""The gateway to the SDK: clients from the hub's settings, and its faults as sentences."""

from collections.abc import Iterator
from contextlib import contextmanager

from azure.eventhub import EventHubConsumerClient, EventHubProducerClient
from azure.eventhub.exceptions import AuthenticationError, ConnectError, EventDataSendError, EventHubError
from azure.identity import DefaultAzureCredential

from orders_platform.errors import HubError
from orders_platform.settings import HubSettings

DEFAULT_GROUP = "$Default"


def producer(hub: HubSettings) -> EventHubProducerClient:
    """A client that sends. It tries once: the publisher alone tries again, by one policy with one deadline."""
    if hub.connection:
        return EventHubProducerClient.from_connection_string(hub.connection, eventhub_name=hub.name, retry_total=0)
    return EventHubProducerClient(_host(hub), hub.name, _identity(), retry_total=0)


def consumer(hub: HubSettings) -> EventHubConsumerClient:
    """A client that reads events and the hub's properties. It tries once: who asks has a deadline and may ask again."""
    if hub.connection:
        return EventHubConsumerClient.from_connection_string(
            hub.connection, consumer_group=DEFAULT_GROUP, eventhub_name=hub.name, retry_total=0
        )
    return EventHubConsumerClient(_host(hub), hub.name, DEFAULT_GROUP, _identity(), retry_total=0)


@contextmanager
def hub_faults(hub: HubSettings) -> Iterator[None]:
    """Turn the SDK's faults into HubError, one sentence each that says what to look at."""
    try:
        yield
    except EventHubError as fault:
        raise HubError(sentence(hub, fault)) from fault
    except ValueError as fault:
        raise HubError(f"hub {hub.name}: the connection string is not usable ({fault}); set ORDERS_HUB_CONNECTION") from fault


def sentence(hub: HubSettings, fault: Exception) -> str:
    """What the SDK's fault means to the person at the keyboard. Never names the key."""
    where = f"hub {hub.name} at {address(hub)}"
    reason = " ".join(str(fault).split())
    if isinstance(fault, AuthenticationError):
        return f"{where} refused the key or identity; check ORDERS_HUB_CONNECTION, or the role of your identity ({reason})"
    if "404" in reason or "not-found" in reason or "NotFound" in reason:
        return f"{where} does not exist; check ORDERS_HUB_NAME ({reason})"
    if isinstance(fault, ConnectError):
        return f"{where} cannot be reached; check that it runs, its address and the network ({reason})"
    if isinstance(fault, EventDataSendError):
        return f"{where} refused events ({reason})"
    return f"{where} did not answer as it should; try again, then check its health ({reason})"


def address(hub: HubSettings) -> str:
    """The host, for messages: a connection string holds the key, so it is never shown."""
    if hub.connection is None:
        return hub.namespace or ""
    parts = dict(part.split("=", 1) for part in hub.connection.split(";") if "=" in part)
    return parts.get("Endpoint", "").removeprefix("sb://").rstrip("/")


def _host(hub: HubSettings) -> str:
    if hub.namespace is None:
        raise HubError(f"hub {hub.name} has no address; set ORDERS_HUB_CONNECTION or ORDERS_HUB_NAMESPACE")
    return hub.namespace


def _identity() -> DefaultAzureCredential:
    return DefaultAzureCredential()
