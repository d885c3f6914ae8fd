"""The two questions of the squad's API that the platform asks, answered by a real server as a test wants them answered."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


def a_day(day: str, **values: object) -> Json:
    """What was accepted of a day, at rest for a long time; a test names only what matters."""
    sums = {"orders": 12, "cancellations": 1, "gross_minor": 30_000, "cancelled_minor": 1_000, "net_minor": 29_000}
    return {"day": day, "currency": "GBP", **sums, "unchanged_seconds": 1e6, **values}


@dataclass
class SquadServer:
    """What it answers, and what it was asked.

    Attributes:
        days: of /reconciliation, whatever range is asked for.
        in_vain: how many calls are answered by `status`; -1: all.
        asked: paths with their questions, in turn.
        tokens: what came as Authorization with each.
    """

    outbox: object = field(default_factory=lambda: {"waiting": 0, "oldest_seconds": 0.0, "most_attempts": 0})
    days: list[Json] = field(default_factory=list)
    time_zone: str = "UTC"
    status: int = 503
    in_vain: int = 0
    problem: bytes = b'{"title": "Unavailable", "detail": "the database does not serve"}'
    asked: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    url: str = ""

    @contextmanager
    def open(self) -> Iterator["SquadServer"]:
        """Serve on a free port."""
        with ThreadingHTTPServer(("127.0.0.1", 0), _handler(self)) as server:
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, path: str, token: str | None) -> tuple[int, bytes]:
        """Status and body for a call."""
        self.asked.append(path)
        self.tokens.append(token)
        if self.in_vain:
            self.in_vain -= 1
            return self.status, self.problem
        told = {"/outbox": self.outbox, "/reconciliation": {"time_zone": self.time_zone, "days": self.days}}
        return 200, json.dumps(told[path.partition("?")[0]]).encode()


def _handler(answers: SquadServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answers.answer(self.path, self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "/outbox")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
