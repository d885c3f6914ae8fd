"""A double of the API over a real socket, which fails, stalls or lies on demand."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

from orders_platform_tests.squad.load.book import Answer, Book, Document

# drop: the connection is cut and nothing done. lose: all is done, then the connection is cut. stall: no answer before the end
Fault = Literal["503", "drop", "lose", "stall"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it came in."""

    method: str
    path: str
    key: str
    headers: dict[str, str]


def _right(answer: Answer) -> Answer:
    return answer


@dataclass
class FaultyShop:
    """The double; what it was asked stands in `asked`.

    Attributes:
        fault: what befalls a call, by what was asked before it and the call itself.
        lie: makes a wrong answer out of the right one.
        wait_for: so many calls must have come before the first is answered.
    """

    fault: Callable[[list[Asked], Asked], Fault | None] = lambda _before, _asked: None
    lie: Callable[[Answer], Answer] = _right
    wait_for: int = 0
    book: Book = field(default_factory=Book)
    asked: list[Asked] = field(default_factory=list)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        text = await request.text()
        asked = Asked(request.method, request.path, request.headers["Idempotency-Key"], dict(request.headers))
        fault = self.fault(self.asked, asked)
        self.asked.append(asked)
        if len(self.asked) >= self.wait_for:
            self.may_answer.set()
        await self.may_answer.wait()
        if fault is None or fault == "lose":
            body, version = json.loads(text) if text else None, asked.headers.get("If-Match")
            replayed, answer = self.book.call(asked.method, asked.path, asked.key, body=body, version=version)
            if fault is None:
                return _response(*self.lie(answer), replayed=replayed)
        return await _failed(request, fault)

    def orders(self) -> list[Document]:
        return self.book.rows()


async def _failed(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault == "stall":
        await asyncio.sleep(3600)
    if fault != "503" and request.transport is not None:
        request.transport.abort()
    return web.Response(status=503, headers={"Retry-After": "0"})


def _response(status: int, document: Document, *, replayed: bool) -> web.Response:
    return web.json_response(document, status=status, headers={"Idempotent-Replayed": str(replayed).lower()})


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


@contextmanager
def open_shop(**means: Any) -> Iterator[FaultyShop]:
    """The double, open for a block."""
    shop, loop, opened = FaultyShop(**means), asyncio.new_event_loop(), threading.Event()
    thread = threading.Thread(target=_serve, args=(shop, loop, opened))
    thread.start()
    try:
        assert opened.wait(20)
        yield shop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _serve(shop: FaultyShop, loop: asyncio.AbstractEventLoop, opened: threading.Event) -> None:
    app = web.Application()
    app.router.add_get("/health/live", _live)
    app.router.add_route("*", "/{path:.*}", shop.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    site = loop.run_until_complete(_site(runner))
    shop.url = f"http://127.0.0.1:{site}"
    opened.set()
    loop.run_forever()
    loop.run_until_complete(_close(runner))
    loop.close()


async def _close(runner: web.AppRunner) -> None:
    await runner.cleanup()
    # calls that stall, and whose callers are gone
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


async def _site(runner: web.AppRunner) -> int:
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return int(runner.addresses[0][1])
