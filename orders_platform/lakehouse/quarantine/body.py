"""A body for a reader's eyes: laid out where it is JSON, and without what may tell of a person unless that is asked for.

Only values of the contract's own fields are shown, less the customer's pseudonym. What stands under any other key is covered, and
so is a text that is no JSON: nobody knows what it holds.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from orders_platform.contracts.reading import LINE_SHAPE, SHAPE
from orders_platform.terminal import printable

COVERED: Final = "•••"
_SHOWN: Final = frozenset((*SHAPE, *SHAPE["data"], *LINE_SHAPE)) - {"customer_ref"}
_STEP: Final = "  "


class _Pairs(list[tuple[str, Any]]):
    """An object as it is written: a key that stands twice is seen twice."""


def laid_out(body: bytes | None, *, personal: bool = False) -> str:
    """The body as text of several lines; `personal`: nothing is covered."""
    if not body:
        return "(empty)"
    try:
        parsed = json.loads(body.decode(), object_pairs_hook=_Pairs)
        return "\n".join(_lines(parsed, is_shown=personal or isinstance(parsed, _Pairs), personal=personal))
    except RecursionError:
        fault = "it is nested too deep"
    except ValueError as error:
        fault = str(error)
    if personal:
        return printable(body.decode(errors="backslashreplace"))
    return f"({len(body)} bytes that are no JSON: {printable(fault)}. They may hold anything; --personal shows them)"


def _lines(value: object, *, is_shown: bool, personal: bool, indent: str = "", label: str = "") -> Iterator[str]:
    """`is_shown`: whether the contract knows where it stands."""
    if not isinstance(value, list) or not value:
        yield f"{indent}{label}{_leaf(value, is_shown=is_shown)}"
        return
    opening, closing = "{}" if isinstance(value, _Pairs) else "[]"
    yield f"{indent}{label}{opening}"
    for place, (head, inner, shown) in enumerate(_parts(value, is_shown=is_shown, personal=personal)):
        *before, last = _lines(inner, is_shown=shown, personal=personal, indent=indent + _STEP, label=head)
        yield from before
        yield last + ("," if place < len(value) - 1 else "")
    yield f"{indent}{closing}"


def _parts(value: list[Any], *, is_shown: bool, personal: bool) -> Iterator[tuple[str, object, bool]]:
    if not isinstance(value, _Pairs):
        yield from (("", each, is_shown) for each in value)
        return
    for name, inner in value:
        yield f"{printable(json.dumps(name, ensure_ascii=False))}: ", inner, personal or (is_shown and name in _SHOWN)


def _leaf(value: object, *, is_shown: bool) -> str:
    if isinstance(value, list):
        return "{}" if isinstance(value, _Pairs) else "[]"
    if value is None or is_shown:
        return printable(json.dumps(value, ensure_ascii=False))
    return COVERED
