"""The Kafka endpoint: a server that gives each client its connection."""

import asyncio
import contextlib

from orders_platform.emulators.eventhubs.hub import Hubs
from orders_platform.emulators.eventhubs.kafka.connection import Connection
from orders_platform.emulators.eventhubs.kafka.metadata import Address
from orders_platform.emulators.eventhubs.sas import Keys


async def serve_kafka(hubs: Hubs, keys: Keys, *, host: str, port: int) -> asyncio.Server:
    """Serve `hubs` to Kafka consumers that have one of `keys`; port 0 takes a free one."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # The client's own way to this server is the one address that is sure to work for it.
        reached_host, reached_port, *_ = writer.get_extra_info("sockname")
        connection = Connection(hubs, keys, address=Address(reached_host, reached_port))
        try:
            with contextlib.suppress(ConnectionError):
                await connection.serve(reader, writer)
        finally:
            writer.close()

    return await asyncio.start_server(client, host, port)
