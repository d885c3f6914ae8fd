"""Reading a request's body: one JSON value, each key once in its object, no NaN, no depth that only an attack has."""

import json
import re
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

from orders_platform.squad.service.refusals import Encoded, NotJson

_JSON = re.compile(r"application/([\w.-]+\+)?json", re.IGNORECASE)


class StrictRequest(Request):
    """A request whose JSON is read so that no two readers could take it for different things."""

    async def json(self) -> Any:  # noqa: ANN401  as the framework has it
        """The body. Raises HTTPException: any other fault would lose its sentence on the way."""
        body = await self.body()
        try:
            return json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_number)
        except RecursionError as fault:
            raise HTTPException(400, "the body is nested too deep") from fault
        except ValueError as fault:
            raise HTTPException(400, f"the body is no JSON that can be read: {fault}") from fault


class StrictRoute(APIRoute):
    """A route whose JSON is read strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Handle requests as StrictRequest."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            if self.body_field is not None and _has_body(request):
                _need_plain_json(request)
            return await handler(StrictRequest(request.scope, request.receive))

        return strict


def _has_body(request: Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _need_plain_json(request: Request) -> None:
    """Raises NotJson, Encoded. Without the header a page of anyone's could have a browser send a body unasked."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        raise Encoded("the header Content-Encoding says that the body is compressed: send it as it is, without that header")
    kind = request.headers.get("content-type")
    if kind is None or not _JSON.fullmatch(kind.partition(";")[0].strip()):
        said = "there is no header Content-Type" if kind is None else "the header Content-Type names another kind"
        raise NotJson(f"{said}: send the body as JSON with the header Content-Type: application/json")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key stands twice in its object")
    return read


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")
