"""Every quality rule a second time, as a predicate in plain Python; only the rules' names and the deny list are shared.

A predicate says whether a rule is *broken*. It is asked step by step: what an event says is judged only when the event could
be read, and what its lines say only when they are whole.
"""

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from orders_platform.contracts.currencies import CURRENCIES
from orders_platform.contracts.personal import PERSONAL_KEYS
from orders_platform_tests.oracle.facts import Event, Line
from orders_platform_tests.oracle.reading import LINE, Json, keys, likely_keys, parsed, well_formed

Reasons = frozenset[str]

MAX_BODY_BYTES = 900_000
REQUIRED_ENVELOPE = ("id", "subject", "partitionkey", "time")
REQUIRED_ORDER = (
    "order_id", "order_version", "kind", "status", "placed_at", "occurred_at", "country", "currency", "lines", "total_minor",
)  # fmt: skip
DATES = ("placed_at", "occurred_at")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT(\d\d):\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-](\d\d):(\d\d))", re.ASCII)
# what Unicode calls ignorable, beside controls and white space
IGNORABLE = {
    *map(chr, (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0)),
    *(chr(code) for first, last in (
        (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0xFE00, 0xFE0F), (0xFFF0, 0xFFFB),
        (0xE0000, 0xE0FFF),
    ) for code in range(first, last + 1)),
}  # fmt: skip
TWO_LETTERS = {"ß": "ss", "ẞ": "ss", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u0131": "i"}
PERSONAL = {
    "".join(part for pair in zip(words, (*joints, ""), strict=True) for part in pair)
    for words in (key.split("_") for key in PERSONAL_KEYS)
    for joints in product(("", "_", "-", " "), repeat=len(words) - 1)
}


def judge(body: bytes | None, zone: ZoneInfo) -> tuple[Event | None, Reasons]:
    """The event that a body carries, or the rules that it breaks."""
    value = parsed(body)
    event = well_formed(value)
    reasons = frozenset((*_broken_bytes(body or b"", event), *_broken_event(event)))
    return (None, reasons) if event is None or reasons else (_event(event, zone), reasons)


def _broken_bytes(body: bytes, event: Json | None) -> Iterator[str]:
    if len(body) > MAX_BODY_BYTES:
        yield "size_within_limit"
    found = likely_keys(body.decode(errors="replace")) if event is None else keys(event)
    if any(plain_letters(key) in PERSONAL for key in found):
        yield "no_personal_fields"


def _broken_event(event: Json | None) -> Iterator[str]:
    if event is None:
        yield "well_formed"
        return
    if (event.get("specversion"), event.get("type"), event.get("source")) != ("1.0", "orders.order-changed.v1", "/orders"):
        yield "known_type"
        return
    order = event.get("data") or {}
    yield from (name for name, is_broken in EVENT_RULES.items() if is_broken(event, order))
    lines = order.get("lines")
    if lines and _whole(lines):
        yield from (name for name, is_broken in LINES_RULES.items() if is_broken(order, lines))


def plain_letters(key: str) -> str:
    """A key as somebody would read it aloud: no case, accent or width, nothing that is not seen."""
    return "".join(map(_plain_letter, key))


def _plain_letter(sign: str) -> str:
    if sign in TWO_LETTERS:
        return TWO_LETTERS[sign]
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).lower())
    seen = [part for part in parts if unicodedata.category(part) not in ("Mn", "Me", "Cf")]
    # a sign for several letters, such as a Roman number, is none of them
    return sign if len(seen) > 1 else "".join(seen)


def _whole(lines: list[Json | None]) -> bool:
    return all(line is not None and all(line.get(field) is not None for field in LINE) for line in lines)


def _incomplete(event: Json, order: Json) -> bool:
    missing = [field for field in REQUIRED_ENVELOPE if event.get(field) is None]
    missing += [field for field in REQUIRED_ORDER if order.get(field) is None]
    return bool(missing) or not _whole(order["lines"])


def _other_id(event: Json, order: Json) -> bool:
    facts = (event.get("id"), order.get("order_id"), order.get("order_version"))
    return None not in facts and facts[0] != str(uuid.uuid5(uuid.NAMESPACE_URL, f"{facts[1]}:{facts[2]}"))


def _other_subject(event: Json, order: Json) -> bool:
    return order.get("order_id") is not None and any(
        event.get(field) not in (None, order["order_id"]) for field in ("subject", "partitionkey")
    )


def _id_length(_: Json, order: Json) -> bool:
    return any(not 1 <= len(text) <= 64 for text in (order.get("order_id"), order.get("cancels_order_id")) if text is not None)


def _hides_something(_: Json, order: Json) -> bool:
    ids = [text for text in (order.get("order_id"), order.get("cancels_order_id")) if text is not None]
    return any(text != text.strip(" ") or any(map(_is_unseen, text)) for text in ids)


def _is_unseen(sign: str) -> bool:
    is_space = unicodedata.category(sign) in ("Cc", "Zs", "Zl", "Zp") and sign != " "
    return is_space or sign in IGNORABLE


def _cancels_wrongly(_: Json, order: Json) -> bool:
    cancelled = order.get("cancels_order_id")
    return cancelled is not None and (order.get("kind") == "sale" or cancelled == order.get("order_id"))


def _implausible_dates(event: Json, order: Json) -> bool:
    written = [text for text in (event.get("time"), *map(order.get, DATES)) if text is not None]
    if any(moment(text) is None for text in written):
        return True
    if any(not 2000 <= read.year < 2100 for read in map(moment, written) if read):
        return True
    placed, occurred = (moment(order.get(field)) for field in DATES)
    return placed is not None and occurred is not None and placed > occurred + timedelta(days=1)


def _line_numbers(_: Json, lines: list[Json]) -> bool:
    numbers = [line["line_no"] for line in lines]
    return min(numbers) < 1 or len(set(numbers)) < len(numbers)


def _quantity_sign(order: Json, lines: list[Json]) -> bool:
    sign = {"sale": 1, "cancellation": -1}.get(order.get("kind", ""))
    return sign is not None and any(line["quantity"] * sign <= 0 for line in lines)


def _beyond_limits(data: Json, lines: list[Json]) -> bool:
    quantities = [line["quantity"] for line in lines]
    return (
        max(quantities) > 1_000_000_000
        or min(quantities) < -1_000_000_000
        or max(line["unit_price_minor"] for line in lines) > 1_000_000_000_000
        or not -100_000_000_000_000 <= (data.get("total_minor") or 0) <= 100_000_000_000_000
    )


def _other_total(order: Json, lines: list[Json]) -> bool:
    total = order.get("total_minor")
    return total is not None and total != sum(line["unit_price_minor"] * line["quantity"] for line in lines)


def _known(field: str, words: tuple[str, ...] | frozenset[str]) -> Callable[[Json, Json], bool]:
    return lambda _, order: order.get(field) is not None and order[field] not in words


EVENT_RULES: dict[str, Callable[[Json, Json], bool]] = {
    "schema_complete": _incomplete,
    "id_matches": _other_id,
    "subject_matches": _other_subject,
    "order_id_length": _id_length,
    "order_id_plain": _hides_something,
    "version_positive": lambda _, order: order.get("order_version") is not None and order["order_version"] < 1,
    "kind_known": _known("kind", ("sale", "cancellation")),
    "cancels_only_cancellations": _cancels_wrongly,
    "lines_present": lambda _, order: order.get("lines") == [],
    "dates_plausible": _implausible_dates,
    "currency_iso": _known("currency", CURRENCIES),
}
LINES_RULES: dict[str, Callable[[Json, list[Json]], bool]] = {
    "line_numbers_unique": _line_numbers,
    "quantity_sign": _quantity_sign,
    "price_not_negative": lambda _, lines: any(line["unit_price_minor"] < 0 for line in lines),
    "amounts_within_limits": _beyond_limits,
    "total_matches": _other_total,
}
BODY_RULES = ("well_formed", "size_within_limit", "known_type", "no_personal_fields")


def moment(text: str | None) -> datetime | None:
    """The moment that an RFC 3339 text names; None where it names none."""
    found = RFC_3339.fullmatch(text) if text is not None else None
    offset = (int(found[2] or 0), int(found[3] or 0)) if found else (0, 0)
    if text is None or not found or found[1] == "24" or offset > (18, 0) or offset[1] > 59:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _event(event: Json, zone: ZoneInfo) -> Event:
    order = event["data"]
    placed_at, occurred_at = (datetime.fromisoformat(order[field]).astimezone(UTC) for field in DATES)
    names = (
        "order_id",
        "order_version",
        "kind",
        "cancels_order_id",
        "status",
        "customer_ref",
        "country",
        "currency",
        "total_minor",
    )
    return Event(
        event_id=event["id"],
        event_time=datetime.fromisoformat(event["time"]).astimezone(UTC),
        placed_at=placed_at,
        occurred_at=occurred_at,
        order_date=placed_at.astimezone(zone).date(),
        lines=tuple(Line(**{field: line[field] for field in LINE}) for line in order["lines"]),
        warnings=_warnings(order),
        **{name: order.get(name) for name in names},
    )


def _warnings(order: Json) -> frozenset[str]:
    odd_status = order["status"] not in ("placed", "paid", "shipped", "cancelled")
    names = {"status_known": odd_status, "customer_known": order.get("customer_ref") is None}
    return frozenset(name for name, is_broken in names.items() if is_broken)
