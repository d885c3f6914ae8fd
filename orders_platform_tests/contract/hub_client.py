"""What the contract's tests do with a hub: the unmodified SDK, told where to go."""

import base64
import hashlib
import hmac
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self
from urllib.parse import quote_plus

from azure.core.credentials import AzureSasCredential
from azure.eventhub import EventData, EventHubConsumerClient, EventHubProducerClient

GROUP = "$Default"
PATIENCE_S = 20.0


@dataclass(frozen=True)
class HubUnderTest:
    """A hub and the way to it."""

    connection: str
    name: str
    # readers that were closed: the SDK needs most of a second to end each, which nobody has to wait for
    leaving: list["Reading"] = field(default_factory=list)

    @cached_property
    def shared(self) -> EventHubProducerClient:
        """A producer for all tests, as long as they want nothing special."""
        return self.producer()

    def producer(self, **options: Any) -> EventHubProducerClient:
        """A producer that does not retry, unless told to."""
        return EventHubProducerClient.from_connection_string(
            self.connection, eventhub_name=options.pop("hub", self.name), **{"retry_total": 0, **options}
        )

    def consumer(self, **options: Any) -> EventHubConsumerClient:
        """A consumer that does not retry, unless told to."""
        return EventHubConsumerClient.from_connection_string(
            options.pop("connection", self.connection),
            options.pop("group", GROUP),
            eventhub_name=options.pop("hub", self.name),
            **{"retry_total": 0, **options},
        )

    def part(self, name: str) -> str:
        """A part of the connection string."""
        parts = dict(item.partition("=")[::2] for item in self.connection.split(";") if item)
        return parts[name]

    def with_key(self, *, name: str | None = None, key: str | None = None) -> "HubUnderTest":
        """The same hub with another key or name of a key."""
        text = self.connection
        text = text.replace(self.part("SharedAccessKeyName"), name or self.part("SharedAccessKeyName"))
        return HubUnderTest(text.replace(self.part("SharedAccessKey"), key or self.part("SharedAccessKey")), self.name)

    def producer_with_token(self, expires_s: int) -> EventHubProducerClient:
        """A producer that has no key, but a token that ends at that time."""
        host = self.part("Endpoint").removeprefix("sb://").rstrip("/")
        resource = quote_plus(f"sb://{host}/{self.name}")
        digest = hmac.digest(self.part("SharedAccessKey").encode(), f"{resource}\n{expires_s}".encode(), hashlib.sha256)
        signature = quote_plus(base64.b64encode(digest))
        token = f"SharedAccessSignature sr={resource}&sig={signature}&se={expires_s}&skn={self.part('SharedAccessKeyName')}"
        plain: dict[str, Any] = {"use_tls": False} if "UseDevelopmentEmulator=true" in self.connection else {}
        return EventHubProducerClient(host, self.name, AzureSasCredential(token), retry_total=0, **plain)

    def tail(self, partition: str) -> int:
        """The last sequence number of a partition."""
        return int(self.shared.get_partition_properties(partition)["last_enqueued_sequence_number"])

    def tails(self) -> dict[str, int]:
        """The last sequence numbers of all partitions, asked for at once: the SDK needs a connection for each."""
        ids = self.shared.get_partition_ids()
        with ThreadPoolExecutor(len(ids)) as pool:
            return dict(zip(ids, pool.map(self.tail, ids), strict=True))

    def send(self, *bodies: str | bytes, partition: str = "0") -> None:
        """Send to a partition."""
        self.shared.send_batch([EventData(body) for body in bodies], partition_id=partition)

    def receive(self, count: int, *, partition: str | None = "0", **options: Any) -> list[EventData]:
        """So many events, or a TimeoutError; an error of the consumer is raised."""
        client = {name: options.pop(name) for name in ("connection", "hub", "group") if name in options}
        reading = Reading(self.consumer(**client), partition=partition, max_batch_size=count, **options)
        reading.start()
        self.leaving.append(reading)
        try:
            reading.wait_for(lambda: len(reading.events) >= count)
        finally:
            reading.close()
        return reading.events[:count]


class Reading:
    """A consumer that reads in a thread until left."""

    def __init__(self, client: EventHubConsumerClient, *, partition: str | None = "0", **options: Any) -> None:
        self.events: list[EventData] = []
        self.errors: list[Exception] = []
        self._client = client
        self._heard = threading.Event()
        self._on_batch = options.pop("on_batch", self._take)
        arguments = {"max_wait_time": 0.1, **options} | ({} if partition is None else {"partition_id": partition})
        self._thread = threading.Thread(target=self._read, kwargs=arguments, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
        self.join()

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def close(self) -> None:
        """Tell the SDK to stop."""
        self._client.close()

    def join(self) -> None:
        """Wait until it has."""
        self._thread.join(PATIENCE_S)

    def hears_within(self, seconds: float) -> bool:
        """Whether an event is there by then."""
        return self._heard.wait(seconds)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Until the condition holds, or an error came, which is raised."""
        wait_until(lambda: condition() or bool(self.errors))
        if self.errors:
            raise self.errors[0]

    def wait_for_events(self, count: int) -> None:
        """Until so many have come."""
        self.wait_for(lambda: len(self.events) >= count)

    def _read(self, **arguments: Any) -> None:
        self._client.receive_batch(self._on_batch, on_error=self._fail, **arguments)

    def _take(self, _context: object, events: list[EventData]) -> None:
        self.events.extend(events)
        if events:
            self._heard.set()

    def _fail(self, _context: object, error: Exception) -> None:
        self.errors.append(error)


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Until the condition holds; TimeoutError where it does not in time."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the hub did not do what was waited for")
        time.sleep(0.01)


def payload(event: EventData) -> bytes:
    """The body's bytes."""
    return event.body_as_str(encoding="latin-1").encode("latin-1")


def bodies(events: Sequence[EventData]) -> list[str]:
    """Bodies as text."""
    return [event.body_as_str() for event in events]
