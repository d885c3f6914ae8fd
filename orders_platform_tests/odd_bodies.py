"""Bodies for Hypothesis in which one place, or a few, is written as no honest sender would: where readers of JSON differ."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from orders_platform.contracts.personal import PERSONAL_KEYS
from orders_platform_tests.builders import a_cancellation, an_event

# White space, controls, marks without width, letters that other letters fold to, halves of pairs, pairs, what is no character.
SIGNS = (
    "\x00", "\t", "\n", "\x1b", "\x7f", "\x85", "\xa0", "\xad", "\u061c", "\u180e", "\u2000", "\u200b", "\u200d", "\u2028",
    "\u202e", "\u2060", "\u3000", "\ufeff", "\ufffd", "\uffff", "\ue000", "\ud800", "\U0001f600", "\U000e0041", " ",
    "\\", '"', "/", "a", "A", "é", "e\u0301", "ç", "Ç", "\u017f", "\u0131", "İ", "K", "ß", "\uff45", "\uff21", "ﬁ", "ª",
)  # fmt: skip
DATES = (
    "2019-02-01", "2019-02-30", "2020-02-29", "2019-02-29", "2000-01-01", "1999-12-31", "2099-12-31", "2100-01-01", "0001-01-01",
    "0000-06-01", "9999-12-31", "1582-10-10", "2019-13-01", "2019-00-10", "2019-02-00", "+2019-02-01", "-2019-02-01", "19-02-01",
    "12019-02-01", "2019-2-1", "\uff12019-02-01",
)  # fmt: skip
CLOCKS = (
    "10:00:00", "00:00:00", "23:59:59", "23:59:60", "24:00:00", "10:60:00", "25:00:00", "10:00", "10:00:00.", "10:00:00.1",
    "10:00:00.123456789", "10:00:00.1234567890", "23:59:59.999999999", "23:59:59.9999995", "10:00:00,5", " 10:00:00", "1:00:00",
)  # fmt: skip
OFFSETS = (
    "Z", "Z", "z", "", "+00:00", "-00:00", "-03:00", "+14:00", "-14:00", "+14:01", "-14:01", "+17:59", "+18:00", "-18:00",
    "+18:01", "-18:01", "+19:00", "+23:59", "-23:59", "+24:00", "+99:99", "+05:60", "+05:99", "+0300", "+03", "+3:00", "UTC",
    " Z", "[UTC]", "Z\n", "\n", "\u221203:00", "+03:00:00", "+03:00:30", "Europe/Lisbon", "+\u06603:00",
)  # fmt: skip
NUMBERS = (
    "0", "-0", "1", "01", "+1", "1.0", "1E3", "1e-400", "1e400", "1e9999999999", ".5", "5.", "0x10", "-1", "1000", "1000.0",
    "1e3", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "2147483647",
    "2147483648", "-2147483649", "1" + "0" * 400, "9" * 38, "9" * 39, "0." + "1" * 100, "1" * 5000, "NaN", "-Infinity", "1_000",
    "\uff11", "true", "null", '"1"', "- 1", "1 ", "-", "1f", "1L", "99999999999999999999", "1000000000000", "1000000000001",
)  # fmt: skip
STRUCTURES = (
    "[]", "{}", "[[]]", '[1,"a"]', '[{"name":1},2]', '[1,{"NOME":1}]', '{"a":{"a":1}}', '{"a":1,"a":1}', '{"a":1,"\\u0061":1}',
    "[1,]", "{,}", "[" * 400 + "]" * 400, '{"":1}', '{"":1,"":2}', '{" ":1}', '{"a.b":1}', '{"`":1}', '{"a`: STRING":1}',
    '{"\\u0000":1}', '{"é":1,"e\u0301":1}', '[{"a":1},{"a":"x"}]', '{"x":{"ip":[]}}', "tru", "nul", "'a'", "//c", "[NaN]",
    '{"VARIANT":1}', '{"K":1,"k":1}', '{"a":"}],[{"}', '{"\\ud800":1}', '{"\\ud800":1,"\\ud801":1}', '{"\\ud800":1,"?":1}',
)  # fmt: skip
BYTES = (
    b"\xef\xbb\xbf", b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x00", b"\x1b", b" ",
    b"\n", b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8", b"\x0b", b",", b"]", b"}", b"[", b"{}", b"//", b"x", b"0", b'"', b"\\", b":",
    b"'", b"\x85", b"#",
)  # fmt: skip
LOOKALIKES = (
    ("s", "\u017f"), ("i", "\u0131"), ("I", "İ"), ("k", "\u212a"), ("e", "\uff45"), ("E", "É"), ("c", "ç"), ("a", "\u0430"),
    ("o", "o\u200b"), ("c", "c\u0327"), ("n", "\uff2e"), ("fi", "ﬁ"), ("o", "º"),
)  # fmt: skip
FORMS = ("NFC", "NFD", "NFKC", "NFKD")


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of JSON, right or wrong, as it stands in the body."""

    text: str


@st.composite
def odd_bodies(draw: st.DrawFn) -> bytes:
    """An event that is odd in one to three places, each in another manner."""
    event: dict[Any, Any] = draw(events())
    for _ in range(draw(st.integers(0, 3))):
        draw(
            st.sampled_from((_odd_number, _odd_date, _odd_date, _odd_text, _odd_text, _odd_key, _odd_key, _odd_key, _odd_value))
        )(draw, event)
    body = as_json(event).encode("utf-8", "surrogatepass")
    return draw(spliced(body)) if draw(st.integers(0, 7)) == 0 else body


def events() -> st.SearchStrategy[dict[Any, Any]]:
    """A sale or a cancellation, of an order whose id may be odd, and is the same wherever it stands."""
    ids = st.sampled_from(("o1", "o1", "o1")) | odd_texts()
    return ids.map(lambda name: _made(an_event, name)) | ids.map(lambda name: _made(a_cancellation, name))


def odd_texts() -> st.SearchStrategy[str]:
    """Short texts of signs that readers treat differently, plain letters between them."""
    return st.lists(st.sampled_from(SIGNS) | st.characters(), max_size=4).map("".join)


def odd_dates() -> st.SearchStrategy[str]:
    """Dates at every border, right and wrong."""
    return st.builds(
        "{}{}{}{}".format, st.sampled_from(DATES), st.sampled_from("TTTTt "), st.sampled_from(CLOCKS), st.sampled_from(OFFSETS)
    )


@st.composite
def spliced(draw: st.DrawFn, body: bytes) -> bytes:
    """A body with odd bytes put in: in front, behind, or anywhere."""
    place = draw(st.sampled_from((0, len(body))) | st.integers(0, len(body)))
    return body[:place] + draw(st.sampled_from(BYTES)) + body[place:]


def as_json(value: Any) -> str:
    """Like json.dumps, but for pieces that are written already, and half pairs, which are escaped."""
    match value:
        case Written(text):
            return text
        case dict():
            return "{" + ",".join(f"{as_json(key)}:{as_json(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ",".join(map(as_json, value)) + "]"
        case str():
            return "".join(json.dumps(sign, ensure_ascii=_is_half(sign))[1:-1] for sign in value).join('""')
        case _:
            return json.dumps(value)


def _is_half(sign: str) -> bool:
    return "\ud800" <= sign <= "\udfff"


def _made(build: Any, order_id: str) -> dict[Any, Any]:
    """An event of an order that uuid5 may refuse."""
    try:
        event: dict[Any, Any] = build(order_id)
    except UnicodeEncodeError:
        event = build("o1")
        event["data"]["order_id"] = event["subject"] = event["partitionkey"] = order_id
    return event


def _place(draw: st.DrawFn, event: dict[Any, Any]) -> dict[Any, Any]:
    lines = event["data"]["lines"]
    return draw(st.sampled_from((event, event["data"], lines[0])))


def _odd_number(draw: st.DrawFn, event: dict[Any, Any]) -> None:
    place, name = draw(st.sampled_from((
        (event["data"], "order_version"), (event["data"], "total_minor"), (event["data"]["lines"][0], "line_no"),
        (event["data"]["lines"][0], "quantity"), (event["data"]["lines"][0], "unit_price_minor"), (event, "extra"),
    )))  # fmt: skip
    place[name] = Written(draw(st.sampled_from(NUMBERS)))


def _odd_date(draw: st.DrawFn, event: dict[Any, Any]) -> None:
    place, name = draw(st.sampled_from(((event, "time"), (event["data"], "placed_at"), (event["data"], "occurred_at"))))
    place[name] = draw(odd_dates())


def _odd_text(draw: st.DrawFn, event: dict[Any, Any]) -> None:
    place = _place(draw, event)
    name = draw(st.sampled_from([key for key in place if isinstance(key, str)]))
    if not isinstance(place[name], dict | list):
        place[name] = Written(draw(spelled(draw(odd_texts()))))


def _odd_value(draw: st.DrawFn, event: dict[Any, Any]) -> None:
    place = _place(draw, event)
    name = draw(
        st.sampled_from([key for key in place if isinstance(key, str) and not isinstance(place[key], dict | list)])
        | st.just("extra")
    )
    place[name] = Written(draw(st.sampled_from(STRUCTURES)))


def _odd_key(draw: st.DrawFn, event: dict[Any, Any]) -> None:
    place = _place(draw, event)
    name = draw(st.sampled_from(PERSONAL_KEYS) | st.sampled_from([key for key in place if isinstance(key, str)]) | odd_texts())
    key = Written(draw(spelled(draw(mangled(name)))))
    value = Written(draw(st.sampled_from(("null", "1", '"x"', "[]", "{}"))))
    kept = {**place}
    if draw(st.booleans()):
        place.clear()
    place[key] = value
    for old, inner in kept.items():
        place[old] = inner
    if draw(st.integers(0, 9)) == 0:
        place["extra"] = [1, {key: value}]


@st.composite
def mangled(draw: st.DrawFn, name: str) -> str:
    """A key in another case, normal form or joint, or with letters that fold to its own."""
    cases: tuple[Callable[[str], str], ...] = (str, str.upper, str.title, str.swapcase)
    name = draw(st.sampled_from(cases))(name)
    name = name.replace("_", draw(st.sampled_from(("_", "-", "", " ", "__"))))
    for old, new in draw(st.lists(st.sampled_from(LOOKALIKES), max_size=2)):
        name = name.replace(old, new)
    return unicodedata.normalize(draw(st.sampled_from(FORMS)), name)


@st.composite
def spelled(draw: st.DrawFn, text: str) -> str:
    """A text as JSON, some of its signs escaped in one of the ways there are."""
    how = draw(st.sampled_from(("plain", "plain", "all", "some")))
    signs = []
    for sign in text:
        is_escaped = how == "all" or (how == "some" and draw(st.booleans())) or _is_half(sign)
        signs.append(_escaped(sign, draw(st.sampled_from((str.lower, str.upper)))) if is_escaped else as_json(sign)[1:-1])
    return '"' + "".join(signs) + '"'


def _escaped(sign: str, case: Callable[[str], str]) -> str:
    units = sign.encode("utf-16-be", "surrogatepass")
    codes = [f"{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2)]
    return "".join(f"\\u{case(code)}" for code in codes)
