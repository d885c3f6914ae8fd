"""The API over a real socket, in a thread of this process."""

import socket
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import uvicorn

from orders_platform.settings import Settings
from orders_platform.squad.service.app import api, guarded
from orders_platform_tests.local.waiting import wait_until

A_LINE = {"product_no": "22384", "product_name": "Lunch Bag Pink Polkadot", "unit_price_minor": 619, "quantity": 2}


@contextmanager
def served(env: Mapping[str, str]) -> Iterator[str]:
    """Its address for a block."""
    server = uvicorn.Server(uvicorn.Config(guarded(api(Settings.from_env(env))), log_level="warning", access_log=False))
    bound = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@dataclass(frozen=True, slots=True)
class Shop:
    """A caller of the API; each call has a key of its own, unless one is given."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> requests.Response:
        return self.call("POST", path, body, key=key, **headers)

    def patch(self, path: str, body: object, *, version: int) -> requests.Response:
        return self.call("PATCH", path, body, if_match=f'"{version}"')

    def get(self, path: str, **query: str) -> requests.Response:
        return requests.get(self.url + path, params=query, headers=self.headers, timeout=30)

    def call(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Idempotency-Key": key or uuid.uuid4().hex, **self.headers, **named}
        return requests.request(method, self.url + path, json=body, headers=sent, timeout=30)

    def placed(self, *lines: Mapping[str, object], **fields: object) -> dict[str, Any]:
        """An order that was just placed."""
        answer = self.post("/orders", an_order(*lines, **fields))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def an_order(*lines: Mapping[str, object], **fields: object) -> dict[str, object]:
    """What a caller sends to place an order."""
    order = {"customer_id": "17490", "country": "United Kingdom", "currency": "GBP", "lines": list(lines) or [A_LINE]}
    return order | fields


def a_line(**fields: object) -> dict[str, object]:
    return A_LINE | fields
