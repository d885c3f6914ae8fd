"""The rules are written more than once; both readings in Python agree on whatever a sender may do to an event."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from orders_platform.contracts.judging import broken_rules
from orders_platform_tests.builders import Json, a_cancellation, a_line, an_event, body
from orders_platform_tests.oracle.verdicts import judge

ODD_TEXTS = (
    "",
    "o1",
    "sale",
    "GBP",
    "1.0",
    "2019-02-01T10:00:00Z",
    "2019-02-30T10:00:00Z",
    "2019-02-01T10:00:00+25:00",
    "x" * 65,
)
ODD_VALUES: tuple[Any, ...] = (None, True, 0, -1, 1, 2**31, 2**63, -(2**63), 1.0, 1e300, [], {}, [None], [a_line(1)], *ODD_TEXTS)
ENVELOPE = tuple(an_event())
ORDER = tuple(an_event()["data"])
LINE = tuple(a_line(1))


@st.composite
def tampered(draw: st.DrawFn) -> bytes:
    """An event of which up to three fields, anywhere, are replaced, taken away or renamed."""
    event: Json = json.loads(body(draw(st.sampled_from((an_event(), a_cancellation(cancels="o1"))))))
    for _ in range(draw(st.integers(1, 3))):
        _tamper(draw, event)
    return body(event)


@given(tampered())
@settings(max_examples=300, print_blob=True)
def test_both_readings_agree_when_fields_are_tampered_with(message: bytes) -> None:
    assert judge(message, ZoneInfo("UTC"))[1] == set(broken_rules(message))


@given(st.integers(0, 700), st.binary(max_size=3), st.integers(0, 40))
@settings(max_examples=300, print_blob=True)
def test_both_readings_agree_when_bytes_are_damaged(place: int, spliced: bytes, cut: int) -> None:
    whole = body(an_event())
    message = whole[:place] + spliced + whole[place + cut :]

    assert judge(message, ZoneInfo("UTC"))[1] == set(broken_rules(message))


def _tamper(draw: st.DrawFn, event: Json) -> None:
    order = event.get("data")
    lines = order.get("lines") if isinstance(order, dict) else None
    line = lines[0] if isinstance(lines, list) and lines and isinstance(lines[0], dict) else None
    places = [(event, ENVELOPE), *((place, names) for place, names in ((order, ORDER), (line, LINE)) if isinstance(place, dict))]
    target, names = draw(st.sampled_from(places))
    name = draw(st.sampled_from(names))
    match draw(st.sampled_from(("replace", "replace", "remove", "rename"))):
        case "replace":
            target[name] = draw(st.sampled_from(ODD_VALUES))
        case "remove":
            target.pop(name, None)
        case _:
            target[draw(st.sampled_from((name.upper(), "e-mail", "Nome", "note")))] = target.pop(name, None)
