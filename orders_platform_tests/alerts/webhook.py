"""A webhook on this machine, over real sockets, that answers as a test has it answer."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Webhook:
    """What came, and how it answers.

    Attributes:
        answers: statuses of the next requests, in their order; after them 200.
        headers: sent with each answer.
        hold: until it is set, a request waits; None: none waits.
        arrivals: when it first accepted each message, by its key.
    """

    port: int = 0
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None
    came: list[dict[str, Any]] = field(default_factory=list)
    accepted: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    arrivals: dict[str, datetime] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its address in apprise's words."""
        return f"json://127.0.0.1:{self.port}/alerts"

    @property
    def keys(self) -> list[str]:
        """Of what it accepted, in order."""
        return [body["key"] for body in self.accepted]

    @property
    def once(self) -> list[dict[str, Any]]:
        """What it accepted, as a receiver has it that knows a repetition by its key."""
        return list({body["key"]: body for body in reversed(self.accepted)}.values())[::-1]

    def clear(self) -> None:
        """Forget all."""
        self.came.clear()
        self.accepted.clear()
        self.paths.clear()
        self.arrivals.clear()
        self.answers.clear()
        self.headers.clear()


@contextmanager
def served(make: Callable[[], Webhook] = Webhook) -> Iterator[Webhook]:
    """One that serves for the block."""
    webhook = make()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            webhook.paths.append(self.path)
            webhook.came.append(body | {"header": self.headers["Idempotency-Key"]})
            if webhook.hold:
                webhook.hold.wait(10)
            status = webhook.answers.pop(0) if webhook.answers else 200
            if status == 200:
                webhook.arrivals.setdefault(body["key"], datetime.now(UTC))
                webhook.accepted.append(body)
            self.send_response(status)
            for name, value in webhook.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield webhook
    finally:
        if webhook.hold:
            webhook.hold.set()
        server.shutdown()
        thread.join()
        server.server_close()
