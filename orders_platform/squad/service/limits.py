"""Keeps bodies small: a body beyond the limit is refused before it is held in memory."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from orders_platform.squad.service.problems import problem
from orders_platform.squad.service.refusals import TooLarge

MAX_REQUEST_BYTES = 1_000_000


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
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MAX_REQUEST_BYTES:
                # of its own kind: the framework turns any other into a fault of parsing
                raise HTTPException(TooLarge.status, _SAID)
            return message

        await self._app(scope, counted, send)


_SAID = f"a request has at most {MAX_REQUEST_BYTES:,} bytes: split the order"


def _announced(scope: Scope) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0
