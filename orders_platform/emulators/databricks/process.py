"""The service as the main thing of a process: says when it answers, ends on SIGTERM or Ctrl-C."""

import asyncio
import json
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn

from orders_platform.emulators.databricks.api import application
from orders_platform.emulators.databricks.cluster import CLUSTER_ID
from orders_platform.emulators.databricks.pipeline_events import PIPELINE_ID
from orders_platform.emulators.databricks.service import Service, ServiceOptions
from orders_platform.errors import EnvironmentFault

HOST: Final = "127.0.0.1"
_FAREWELL_S: Final = 2


def run_until_stopped(options: ServiceOptions) -> None:
    """Serve, and come back when a signal says so. Raises EnvironmentFault where port or data cannot be had."""
    with _listening(options.port) as listener:
        asyncio.run(_serve(options, listener))


class _Server(uvicorn.Server):
    """Leaves signals to us, and says when it answers."""

    def __init__(self, config: uvicorn.Config, facts: dict[str, object]) -> None:
        super().__init__(config)
        self._facts = facts

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        sys.stdout.write(f"{json.dumps(self._facts)}\n")
        sys.stdout.flush()


async def _serve(options: ServiceOptions, listener: socket.socket) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    url = f"http://{HOST}:{listener.getsockname()[1]}"
    service = Service(options)
    config = uvicorn.Config(
        application(service), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=_FAREWELL_S
    )
    server = _Server(config, _facts(url, options))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    supervision = service.start(url)
    stopping = asyncio.create_task(stop.wait())
    ended, _ = await asyncio.wait({serving, stopping, supervision}, return_when=asyncio.FIRST_COMPLETED)
    await service.stop()
    server.should_exit = True
    await serving
    for task in ended:
        # the fault, where it was one that ended us
        task.result()


def _facts(url: str, options: ServiceOptions) -> dict[str, object]:
    settings = {
        "DATABRICKS_HOST": url,
        "DATABRICKS_TOKEN": options.token,
        "DATABRICKS_AUTH_TYPE": "pat",
        "ORDERS_CLUSTER": CLUSTER_ID,
        "ORDERS_PIPELINE": PIPELINE_ID,
        "ORDERS_MESSAGES": str(options.volumes[0] / "messages"),
    }
    return {"databricks": url, "env": settings}


def _listening(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port))
    except OSError as fault:
        raise EnvironmentFault(
            f"port {port} cannot be listened on ({fault.strerror}): stop what uses it, or give another --port (0: a free one)"
        ) from fault
