"""The emulator inside another process, on a loop of its own in a thread: for tests."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from orders_platform.emulators.eventhubs.server import EventHubsServer, ServerOptions

_Result = TypeVar("_Result")
_PATIENCE_S = 30.0


class ServerInThread:
    """A running server, and the way onto its loop."""

    def __init__(self, server: EventHubsServer, loop: asyncio.AbstractEventLoop) -> None:
        """Made by `server_in_thread`."""
        self.server = server
        self._loop = loop

    def call(self, act: Callable[[EventHubsServer], _Result]) -> _Result:
        """Do `act` on the server's loop, where alone its hubs and faults may be touched."""

        async def run() -> _Result:
            return act(self.server)

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(_PATIENCE_S)


@contextmanager
def server_in_thread(options: ServerOptions) -> Iterator[ServerInThread]:
    """Serve for as long as the context lasts. Raises what the start raises."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="event hub", daemon=True)
    thread.start()
    server = EventHubsServer(options)
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(_PATIENCE_S)
        yield ServerInThread(server, loop)
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(_PATIENCE_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(_PATIENCE_S)
        loop.close()


async def _stop(server: EventHubsServer) -> None:
    await server.stop()
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
