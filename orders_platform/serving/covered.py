"""A message's body for a page that many may look at: its shape, and only such values as cannot tell of a person.

Stricter than `quarantine show`, whose reader asks for one message at a machine of their own: here a text is shown where it is a
word of one of the contract's closed lists or a time, a number where the contract has one. Everything else is covered, names of
fields that the contract does not know among it, for all of it may be whatever somebody typed.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from orders_platform.contracts.currencies import CURRENCIES
from orders_platform.contracts.reading import LINE_SHAPE, SHAPE, instant
from orders_platform.contracts.rules import EVENT_SOURCE, EVENT_TYPE, KINDS, SPEC_VERSION, STATUSES

COVERED: Final = "•••"
_WORDS: Final = {
    "specversion": {SPEC_VERSION},
    "type": {EVENT_TYPE},
    "source": {EVENT_SOURCE},
    "kind": {*KINDS},
    "status": {*STATUSES},
    "currency": {*CURRENCIES},
}
_TIMES: Final = frozenset({"time", "placed_at", "occurred_at"})
_FIELDS: Final = {**SHAPE, **SHAPE["data"], **LINE_SHAPE}
# a longer number may be that of a telephone or a card
_LARGEST: Final = 10**9
_DEEPEST: Final = 8
_MOST_ELEMENTS: Final = 50
_STEP: Final = "  "
_LARGEST_BODY: Final = 256 * 1024


class _Fields(list[tuple[str, Any]]):
    """An object as it is written: a field that stands twice is seen twice."""


def covered(body: bytes | None) -> str | None:
    """The body laid out; None where it is no JSON, or too large to be laid out here."""
    if not body or len(body) > _LARGEST_BODY:
        return None
    try:
        return _text(json.loads(body.decode(), object_pairs_hook=_Fields), "", "")
    except (ValueError, RecursionError):
        return None


def _text(value: object, name: str, indent: str) -> str:
    if isinstance(value, list):
        return _nested(value, name, indent) if value else "{}" if isinstance(value, _Fields) else "[]"
    return json.dumps(value) if _is_harmless(value, name) else COVERED


def _nested(value: Sequence[Any], name: str, indent: str) -> str:
    if len(indent) >= _DEEPEST * len(_STEP):
        return COVERED
    inner = indent + _STEP
    opening, closing = ("{", "}") if isinstance(value, _Fields) else ("[", "]")
    shown = value[:_MOST_ELEMENTS]
    if isinstance(value, _Fields):
        lines = [_field(each, held, inner) for each, held in shown]
    else:
        lines = [_text(each, name, inner) for each in shown]
    lines += ["…"] if len(value) > len(shown) else []
    return f"{opening}\n{inner}" + f",\n{inner}".join(lines) + f"\n{indent}{closing}"


def _field(name: str, value: object, indent: str) -> str:
    return f'"{name}": {_text(value, name, indent)}' if name in _FIELDS else f"{COVERED}: {COVERED}"


def _is_harmless(value: object, name: str) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, str):
        return value in _WORDS.get(name, ()) or (name in _TIMES and instant(value) is not None)
    return type(value) is int and _FIELDS.get(name) in ("int", "bigint") and abs(value) < _LARGEST
