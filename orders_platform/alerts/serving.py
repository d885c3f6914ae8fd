"""Serves the heartbeat over HTTP: `GET /heartbeat`, nothing else."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from orders_platform.alerts.heartbeat import Heartbeat
from orders_platform.errors import EnvironmentFault

PATH: Final = "/heartbeat"
# a client that sends nothing is not waited for
_CLIENT_SECONDS: Final = 5.0
_LOOK_SECONDS: Final = 0.1


@contextmanager
def served(take: Callable[[], Heartbeat], host: str, port: int) -> Iterator[str]:
    """The address at which it is served, for a block. `take` is called for one request at a time. Raises EnvironmentFault."""
    try:
        server = _Server((host, port), _Handler)
    except OSError as fault:
        raise EnvironmentFault(f"port {port} of {host} cannot be had ({fault.strerror}): name another one by --port") from fault
    server.take = take
    thread = threading.Thread(target=server.serve_forever, args=(_LOOK_SECONDS,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_port}{PATH}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    take: Callable[[], Heartbeat]

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.one_at_a_time = threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _CLIENT_SECONDS
    # tells neither the program nor its version
    server_version, sys_version = "orders-platform", ""

    def do_GET(self) -> None:
        """Answer with body."""
        self._answer(*self._taken())

    def do_HEAD(self) -> None:
        """Answer without."""
        status, _ = self._taken()
        self._answer(status, b"")

    def log_message(self, *_: object) -> None:
        """A watcher asks all along: that is no news."""

    def _taken(self) -> tuple[HTTPStatus, bytes]:
        if self.path.partition("?")[0] != PATH:
            return HTTPStatus.NOT_FOUND, b"{}"
        with self.server.one_at_a_time:
            found = self.server.take()
        return found.status, json.dumps(found.as_json()).encode()

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
