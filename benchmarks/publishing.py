"""Publishing: the project's publisher beside the SDK's own plain loop, into the same hub, by turns."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from azure.eventhub import EventData, EventHubProducerClient

from benchmarks.figures import Figure, Section, median
from benchmarks.workplace import Workplace
from orders_platform.hub.publish import Publisher
from orders_platform.settings import HubSettings

BODY: Final = b"x" * 1000
_WARMING_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Amount:
    """Events of a round, and rounds of each of the two."""

    events: int = 30_000
    rounds: int = 5


def measure(place: Workplace, amount: Amount) -> Section:
    """Events a second of 1 kB over links that are open. Ours carry keys, which the plain loop's do not: our cost to bear."""
    events, rounds = amount.events, amount.rounds
    rates: dict[str, list[float]] = {"ours": [], "plain": []}
    what = f"publish {events:,} events of 1 kB, {rounds} times each"
    with place.hub("publish") as hub, place.step(what, rounds) as progress:
        for number in range(rounds):
            # who goes first changes, too
            for name, send in (("ours", _ours), ("plain", plain))[:: 1 if number % 2 else -1]:
                rates[name].append(events / send(hub, events))
            progress(1)
    what = "events of 1 kB into the hub, beside the SDK's plain loop"
    figure = Figure(
        "publish_events_per_second", what, "events/s", median(rates["ours"]), median(rates["plain"]), more_is_better=True
    )
    return Section("publish", (figure,), rates)


def _ours(hub: HubSettings, events: int) -> float:
    with Publisher(hub) as publisher:
        # opens the links of all partitions
        publisher.publish((None, BODY) for _ in range(_WARMING_EVENTS))
        return _timed(lambda: publisher.publish((str(number), BODY) for number in range(events)))


def plain(hub: HubSettings, events: int) -> float:
    """Seconds of the SDK's own loop for so many events."""
    with EventHubProducerClient.from_connection_string(hub.connection or "", eventhub_name=hub.name) as client:
        _loop(client, _WARMING_EVENTS)
        return _timed(lambda: _loop(client, events))


def _loop(client: EventHubProducerClient, events: int) -> None:
    """As the SDK's documents show it: fill a batch until it is full, send it, begin the next."""
    batch = client.create_batch()
    for _ in range(events):
        event = EventData(BODY)
        try:
            batch.add(event)
        except ValueError:
            client.send_batch(batch)
            batch = client.create_batch()
            batch.add(event)
    client.send_batch(batch)


def _timed(act: Callable[[], object]) -> float:
    start = time.monotonic()
    act()
    return time.monotonic() - start
