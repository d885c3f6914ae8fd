"""The emulator as the main thing of a process: says when it is ready, ends on SIGTERM or Ctrl-C."""

import asyncio
import json
import signal
import sys

from orders_platform.emulators.eventhubs.server import EventHubsServer, ServerOptions


def run_until_stopped(options: ServerOptions) -> None:
    """Serve, and come back when a signal says so."""
    asyncio.run(_serve(EventHubsServer(options)))


async def _serve(server: EventHubsServer) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await server.start()
    try:
        sys.stdout.write(f"{json.dumps(_facts(server))}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await server.stop()


def _facts(server: EventHubsServer) -> dict[str, object]:
    settings = server.client_settings()
    told = {"hub": settings["ORDERS_HUB_NAME"], "amqp": server.amqp_port, "kafka": server.kafka_port, "env": settings}
    return told | ({"warnings": server.hubs.notices} if server.hubs.notices else {})
