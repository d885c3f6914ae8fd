"""Keeps bodies small: a body beyond the limit is refused before it is held in memory."""

import asyncio
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders_platform.squad.service.problems import problem
from orders_platform.squad.service.refusals import TooLarge

MAX_REQUEST_BYTES = 1_000_000
# between two parts of a body: a caller that stops in the middle holds nothing up for long
_LONGEST_SECONDS = 20.0


class BodyLimit:
    """Wraps an app; counts what comes in, whatever the header says."""

    def __init__(self, app: ASGIApp) -> None:
        """Guard `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > MAX_REQUEST_BYTES:
            await problem(TooLarge.status, TooLarge.kind, TooLarge.title, _SAID)(scope, receive, send)
            return
        seen, is_whole = 0, False

        async def counted() -> Message:
            nonlocal seen, is_whole
            if is_whole:
                return await receive()
            message = await _soon(receive)
            seen += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if seen > MAX_REQUEST_BYTES:
                # of its own kind: the framework turns any other into a fault of parsing
                raise HTTPException(TooLarge.status, _SAID)
            return message

        await self._app(scope, counted, send)


_SAID = f"a request has at most {MAX_REQUEST_BYTES:,} bytes: split the order"


async def _soon(receive: Receive) -> Message:
    try:
        async with asyncio.timeout(_LONGEST_SECONDS):
            return await receive()
    except TimeoutError as fault:
        raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "the body takes too long to come") from fault


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0
