"""What the OpenAPI says of answers beside the good ones, and of an order's address."""

from typing import Annotated, Any

from fastapi import Path

from orders_platform.squad.service import patterns
from orders_platform.squad.service.models import Problem
from orders_platform.squad.service.problems import MEDIA_TYPE

Id = Annotated[str, Path(pattern=patterns.ID, description="The order's id.")]

_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_ETAG = {"description": "The order's version.", "schema": {"type": "string"}}
_REPLAYED = {
    "description": "Whether it is the answer to an earlier call.",
    "schema": {"type": "string", "enum": ["true", "false"]},
}
_LOCATION = {"description": "Where the new document is.", "schema": {"type": "string"}}


def refusals(**meanings: str) -> dict[int | str, dict[str, Any]]:
    """Answers by status, given as `_404="..."`."""
    return {int(name.removeprefix("_")): {"description": meaning, **_PROBLEM} for name, meaning in meanings.items()}


TAGS = {
    "changes": "What changes an order: each carried out once per Idempotency-Key, and answered the same when it is sent again.",
    "questions": "What is known of orders.",
    "health": "For who watches over the service; no token is asked for.",
}
# of every call about orders
ASKING = refusals(
    _400="The request cannot be read.",
    _401="No valid token.",
    _403="The token lacks the scope.",
    _422="The request is not valid.",
    _503="The database does not serve; send the same call again.",
)
# of every call that has a body
CHANGING = ASKING | refusals(
    _413="The request is too large.",
    _415="The body is no JSON, does not say so, or is compressed.",
    _422="The request is not valid, or the key belongs to another one.",
)
# named once as a model, so that the schema that all of them refer to is in the document
CHANGING[413]["model"] = Problem
NEW: dict[int | str, dict[str, Any]] = {
    201: {"headers": {"ETag": _ETAG, "Location": _LOCATION, "Idempotent-Replayed": _REPLAYED}}
}
CHANGES: dict[int | str, dict[str, Any]] = refusals(
    _404="There is no such order.",
    _409="The order's state does not allow it.",
    _412="The order has another version by now.",
    _428="If-Match is missing.",
)
FOUND = refusals(_404="There is no such order.")
