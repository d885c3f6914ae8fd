"""Serves the API until a signal says so, and says when it is ready."""

import json
import signal
import socket
import sys

import uvicorn

from orders_platform.errors import EnvironmentFault
from orders_platform.settings import Settings
from orders_platform.squad.event_loop import hold_the_collector_off
from orders_platform.squad.service.app import api, guarded

_FAREWELL_SECONDS = 10
# beyond it callers are told to come back, which keeps memory bounded
_MOST_CONNECTIONS = 2_000


class _TellingServer(uvicorn.Server):
    """A server that prints its address once it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        hold_the_collector_off()
        host, port = (sockets or [])[0].getsockname()[:2]
        address = f"http://{host}:{port}"
        sys.stdout.write(json.dumps({"api": address, "env": {"ORDERS_API_URL": address}}) + "\n")
        sys.stdout.flush()


def serve(settings: Settings, *, host: str, port: int) -> None:
    """Serve; requests under way are finished before it ends. Raises EnvironmentFault where the port is taken."""
    # the server gives the signal back when it is done: then as an interrupt, which ends this process in order
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    config = uvicorn.Config(
        guarded(api(settings)),
        log_level="warning",
        # its lines go where this process's go
        log_config=None,
        # a line for each request would cost more than it tells: there are metrics
        access_log=False,
        timeout_graceful_shutdown=_FAREWELL_SECONDS,
        limit_concurrency=_MOST_CONNECTIONS,
    )
    try:
        bound = socket.create_server((host, port), reuse_port=False)
    except OSError as fault:
        raise EnvironmentFault(f"port {port} of {host} cannot be had ({fault.strerror}): name another one by --port") from fault
    try:
        _TellingServer(config).run(sockets=[bound])
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
