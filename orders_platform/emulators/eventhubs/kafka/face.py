"""The Kafka endpoint: a server that gives each client its connection."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.emulators.eventhubs.faults import Faults
from orders_platform.emulators.eventhubs.hub import Hub
from orders_platform.emulators.eventhubs.kafka.connection import Connection
from orders_platform.emulators.eventhubs.kafka.metadata import Address
from orders_platform.emulators.eventhubs.log import PartitionLog
from orders_platform.emulators.eventhubs.sas import Keys


@dataclass(frozen=True, eq=False, slots=True)
class _Wire:
    """A client's connection, as far as faults can break it."""

    transport: asyncio.WriteTransport

    def abort(self) -> None:
        """Cut it without a word."""
        self.transport.abort()

    def detach_links(self, log: PartitionLog | None) -> None:
        """Nothing: Kafka has no links that could be detached."""


async def serve_kafka(
    hubs: Mapping[str, Hub], keys: Keys, *, host: str, port: int, faults: Faults | None = None
) -> asyncio.Server:
    """Serve `hubs` to Kafka consumers that have one of `keys`; port 0 takes a free one; `faults` may cut clients off."""
    broken_by = Faults() if faults is None else faults
    clients: set[asyncio.Task[None]] = set()

    def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A task of our own: one that asyncio's streams make is logged as a fault when the server's end cancels it.
        client = asyncio.create_task(_serve_client(hubs, keys, reader=reader, writer=writer))
        wire = _Wire(writer.transport)
        clients.add(client)
        broken_by.connections.add(wire)
        client.add_done_callback(clients.discard)
        client.add_done_callback(lambda _: broken_by.connections.discard(wire))

    return await asyncio.start_server(welcome, host, port)


async def _serve_client(
    hubs: Mapping[str, Hub], keys: Keys, *, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    # The client's own way to this server is the one address that is sure to work for it.
    host, port, *_ = writer.get_extra_info("sockname")
    try:
        with contextlib.suppress(ConnectionError):
            await Connection(hubs, keys, address=Address(host, port)).serve(reader, writer)
    finally:
        writer.close()
