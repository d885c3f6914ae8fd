"""Reading a request's body: one JSON value, each key once in its object, no NaN, no depth that only an attack has."""

import json
from typing import Any

from fastapi import Request

from orders_platform.squad.service.refusals import Unreadable


class StrictRequest(Request):
    """A request whose JSON is read so that no two readers could take it for different things."""

    async def json(self) -> Any:  # noqa: ANN401  as the framework has it
        """The body. Raises Unreadable."""
        body = await self.body()
        try:
            return json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_no_number)
        except RecursionError as fault:
            raise Unreadable("the body is nested too deep") from fault
        except ValueError as fault:
            raise Unreadable(f"the body is no JSON that can be read: {fault}") from fault


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise ValueError("a key stands twice in its object")
    return read


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")
