"""Bodies read strictly: exactly one JSON object whose contract fields have the contract's types, or nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any

DEEPEST = 500
MOST_DIGITS = 1000
TEXT, LONG, INT, OBJECT, ARRAY = "text", "long", "int", "object", "array"
ENVELOPE = {
    "specversion": TEXT, "type": TEXT, "source": TEXT, "id": TEXT, "subject": TEXT, "partitionkey": TEXT, "time": TEXT,
    "data": OBJECT,
}  # fmt: skip
ORDER = {
    "order_id": TEXT, "order_version": LONG, "kind": TEXT, "cancels_order_id": TEXT, "status": TEXT, "placed_at": TEXT,
    "occurred_at": TEXT, "customer_ref": TEXT, "country": TEXT, "currency": TEXT, "lines": ARRAY, "total_minor": LONG,
}  # fmt: skip
LINE = {"line_no": INT, "product_no": TEXT, "product_name": TEXT, "unit_price_minor": LONG, "quantity": LONG}

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
Json = dict[str, Any]

_LIKELY_KEY = re.compile(r'(?<!\\)"(?=([^"]*)"[ \t\n\r]*:)')


class TwiceError(ValueError):
    """A key stands twice in its object: which of the two counts would differ from reader to reader."""


def parsed(body: bytes | None) -> object:
    """The JSON value in a body; None where it holds none."""
    try:
        text = (body or b"").decode("utf-8")
        value = None if too_deep(text) else _json(text)
        return None if any(0xD800 <= ord(sign) <= 0xDFFF for each in _texts(value) for sign in each) else value
    except (ValueError, RecursionError):
        return None


def well_formed(value: object) -> Json | None:
    """The value as an event's object; None where it is none, or where a field has another type."""
    return value if isinstance(value, dict) and _typed(value) else None


def too_deep(text: str) -> bool:
    """Whether brackets nest deeper than the contract allows."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return False
    depth = deepest = 0
    for sign in _STRING.sub("", text):
        depth += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, depth)
    return deepest > DEEPEST


def likely_keys(text: str) -> list[str]:
    """What looks like a key in a text that is no JSON."""
    return _LIKELY_KEY.findall(text)


def keys(value: object) -> set[str]:
    """Every key at any depth."""
    return {key for inner in _values(value) if isinstance(inner, dict) for key in inner}


def _texts(value: object) -> Iterator[str]:
    yield from keys(value)
    yield from (inner for inner in _values(value) if isinstance(inner, str))


def _values(value: object) -> Iterator[object]:
    """The value and all within it; by a list, since some are nested deep."""
    ahead = [value]
    while ahead:
        inner = ahead.pop()
        yield inner
        ahead += inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()


def _json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_float=_real, parse_constant=_refuse)


def _object(pairs: list[tuple[str, Any]]) -> Json:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise TwiceError
    return made


def _whole(text: str) -> int:
    return int(_short(text))


def _real(text: str) -> float:
    return float(_short(text))


def _short(text: str) -> str:
    """A number's text; a leading zero is no digit."""
    digits = [sign for sign in text if sign in "0123456789"]
    if len(digits) - (digits[0] == "0") > MOST_DIGITS:
        raise ValueError
    return text


def _refuse(word: str) -> None:
    message = f"{word} is no JSON"
    raise ValueError(message)


def _typed(event: Json) -> bool:
    if not _fits(event, ENVELOPE):
        return False
    order = event.get("data") or {}
    if not _fits(order, ORDER):
        return False
    return all(line is None or (isinstance(line, dict) and _fits(line, LINE)) for line in order.get("lines") or ())


def _fits(found: Json, fields: dict[str, str]) -> bool:
    return all(value is None or _is(value, fields[name]) for name, value in found.items() if name in fields)


def _is(value: object, kind: str) -> bool:
    match kind:
        case "text":
            return type(value) is str
        case "object":
            return isinstance(value, dict)
        case "array":
            return type(value) is list
        case _:
            bits = 63 if kind == LONG else 31
            return type(value) is int and -(2**bits) <= value < 2**bits
