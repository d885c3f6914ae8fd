"""A call of the API as a route: its fields come from path, query and body; its answer is JSON."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from orders_platform.emulators.databricks.errors import TooLarge
from orders_platform.emulators.databricks.fields import Fields, read_body

Call = Callable[[Fields], dict[str, Any]]
_LARGEST_BODY: Final = 10 * 2**20


def endpoint(call: Call, method: str) -> Callable[[Request], Awaitable[Response]]:
    """Let `call` answer; what the path names goes before what the rest says."""

    async def answer(request: Request) -> Response:
        given = Fields(dict(request.query_params)) if method == "GET" else read_body(await _small_body(request))
        return JSONResponse(call(Fields({**given.values, **request.path_params})))

    return answer


async def _small_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise TooLarge(f"a request must have at most {_LARGEST_BODY} bytes")
    return bytes(body)
