"""Reading a body strictly: what `well_formed` demands, and the shape of the contract that it is held against."""

import json
import re
from datetime import datetime
from typing import Any, TypeAlias

from orders_platform.contracts.spelling import DEEPEST, LONGEST_NUMBER, TIMESTAMP_PATTERN

Json: TypeAlias = Any  # what json makes of a text
Shape: TypeAlias = str | list[dict[str, Any]] | dict[str, Any]

# Field -> its type. A nested mapping is an object, a list with one mapping an array of such objects.
LINE_SHAPE: dict[str, Any] = {
    "line_no": "int", "product_no": "string", "product_name": "string", "unit_price_minor": "bigint", "quantity": "bigint",
}  # fmt: skip
SHAPE: dict[str, Any] = {
    "specversion": "string", "id": "string", "type": "string", "source": "string", "subject": "string",
    "partitionkey": "string", "time": "string",
    "data": {
        "order_id": "string", "order_version": "bigint", "kind": "string", "cancels_order_id": "string", "status": "string",
        "placed_at": "string", "occurred_at": "string", "customer_ref": "string", "country": "string", "currency": "string",
        "lines": [LINE_SHAPE], "total_minor": "bigint",
    },
}  # fmt: skip
_BITS = {"int": 32, "bigint": 64}
_WORDS = {dict: "an object", list: "an array", str: "text", int: "a whole number"}
_TIMESTAMP = re.compile(TIMESTAMP_PATTERN)
_TEXT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_ESCAPED_HALF = re.compile(r"\\u[dD][89a-fA-F]")


class NotWellFormed(ValueError):
    """A body that is no UTF-8, no single JSON object, or holds a field of another type; the message says which."""


def read_json(body: bytes | None) -> dict[str, Any]:
    """The JSON object in a body. Raises NotWellFormed."""
    try:
        text = (body or b"").decode()
        _refuse_depth(text)
        parsed = json.loads(
            text, parse_constant=_refuse_constant, parse_int=_whole, parse_float=_fraction, object_pairs_hook=_object
        )
        if _ESCAPED_HALF.search(text):
            _refuse_halves(parsed)
    except (ValueError, RecursionError) as fault:
        raise NotWellFormed(str(fault)) from fault
    _check(parsed, SHAPE, "the body")
    if parsed is None:
        raise NotWellFormed("the body is null")
    checked: dict[str, Any] = parsed
    return checked


def instant(text: str) -> datetime | None:
    """The moment an RFC 3339 text with offset names, or None where it is none."""
    if not _TIMESTAMP.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _refuse_constant(word: str) -> None:
    raise NotWellFormed(f"{word} is no JSON number")


def _refuse_depth(text: str) -> None:
    """Raise where brackets stand too deep in one another; counted, since each reader would give up somewhere else."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for sign in _TEXT.sub("", text):
        depth += (sign in "[{") - (sign in "]}")
        if depth > DEEPEST:
            raise NotWellFormed(f"it is nested deeper than {DEEPEST} levels")


def _refuse_halves(parsed: Json) -> None:
    """Raise where a text holds half of a surrogate pair: no UTF-8 can say it, so nothing could be made of it again."""
    try:
        json.dumps(parsed, ensure_ascii=False).encode()
    except UnicodeEncodeError as fault:
        raise NotWellFormed("a text holds half of a surrogate pair, which is no character") from fault


def _whole(digits: str) -> int:
    _refuse_length(digits)
    return int(digits)


def _fraction(number: str) -> float:
    _refuse_length(number)
    return float(number)


def _refuse_length(number: str) -> None:
    if len(number) > LONGEST_NUMBER and sum(map(str.isdigit, number.removeprefix("-").removeprefix("0"))) > LONGEST_NUMBER:
        raise NotWellFormed(f"a number has more than {LONGEST_NUMBER} digits")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand once: which of two would count differs from reader to reader."""
    parsed = dict(pairs)
    if len(parsed) < len(pairs):
        keys = [key for key, _ in pairs]
        raise NotWellFormed(f"{next(key for key in keys if keys.count(key) > 1)} stands twice in its object")
    return parsed


def _check(value: Json, shape: Shape, where: str) -> None:
    """Hold a value against its shape; null stands for a missing field and passes."""
    if value is None:
        return
    if isinstance(shape, dict):
        _check_object(value, shape, where)
    elif isinstance(shape, list):
        _check_type(value, list, where)
        for element in value:
            _check(element, shape[0], f"{where}[]")
    elif shape == "string":
        _check_type(value, str, where)
    else:
        _check_type(value, int, where)
        if not -(2 ** (_BITS[shape] - 1)) <= value < 2 ** (_BITS[shape] - 1):
            raise NotWellFormed(f"{where} does not fit {_BITS[shape]} bits")


def _check_object(value: Json, shape: dict[str, Any], where: str) -> None:
    _check_type(value, dict, where)
    for field, inner in shape.items():
        _check(value.get(field), inner, field)


def _check_type(value: Json, kind: type, where: str) -> None:
    # `type`, since True is an instance of int
    if type(value) is not kind:
        raise NotWellFormed(f"{where} is not {_WORDS[kind]}")
