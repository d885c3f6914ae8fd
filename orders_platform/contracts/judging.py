"""The quality rules in plain Python, written apart from their Spark form, so that each can be tested against the other."""

import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from orders_platform.contracts.currencies import CURRENCIES
from orders_platform.contracts.personal import likely_personal_keys, personal_keys
from orders_platform.contracts.reading import LINE_SHAPE, SHAPE, NotWellFormed, instant, read_json
from orders_platform.contracts.rules import (
    EARLIEST,
    EVENT_SOURCE,
    EVENT_TYPE,
    KINDS,
    LATEST,
    MAX_BODY_BYTES,
    MAX_PRICE_MINOR,
    MAX_QUANTITY,
    MAX_TOTAL_MINOR,
    RULES,
    SPEC_VERSION,
    STATUSES,
)
from orders_platform.contracts.spelling import UNPLAIN_PATTERN

_MAX_ID = 64
_UNPLAIN = re.compile(UNPLAIN_PATTERN)
_OPTIONAL = ("cancels_order_id", "customer_ref")
_REQUIRED = tuple(field for field in SHAPE if field != "data")
_REQUIRED_DATA = tuple(field for field in SHAPE["data"] if field not in _OPTIONAL)


def broken_rules(body: bytes | None) -> tuple[str, ...]:
    """Names of the error rules that a body breaks, in the order of the list."""
    return _in_order(_broken(body), severity="error")


def warnings(body: bytes | None) -> tuple[str, ...]:
    """Names of the warn-only rules that a body breaks, in the order of the list."""
    return _in_order(_broken(body), severity="warn")


def _in_order(broken: set[str], severity: str) -> tuple[str, ...]:
    return tuple(rule.name for rule in RULES if rule.name in broken and rule.severity == severity)


def _broken(body: bytes | None) -> set[str]:
    broken = {"size_within_limit"} if len(body or b"") > MAX_BODY_BYTES else set()
    try:
        event = read_json(body)
    except NotWellFormed:
        personal = likely_personal_keys((body or b"").decode(errors="replace"))
        return broken | {"well_formed"} | ({"no_personal_fields"} if personal else set())
    if personal_keys(event):
        broken.add("no_personal_fields")
    if (event.get("specversion"), event.get("type"), event.get("source")) != (SPEC_VERSION, EVENT_TYPE, EVENT_SOURCE):
        return broken | {"known_type"}
    return broken | {name for name, holds in _ON_EVENTS.items() if not holds(event)}


def _data(event: dict[str, Any]) -> dict[str, Any]:
    return event.get("data") or {}


def _whole_lines(event: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines, where there are some and each has all its fields; else nothing to judge."""
    lines = _data(event).get("lines") or []
    return lines if all(_has(line, tuple(LINE_SHAPE)) for line in lines) else []


def _has(values: dict[str, Any] | None, fields: tuple[str, ...]) -> bool:
    return values is not None and all(values.get(field) is not None for field in fields)


def _schema_complete(event: dict[str, Any]) -> bool:
    data = _data(event)
    lines = data.get("lines") or []
    return _has(event, _REQUIRED) and _has(data, _REQUIRED_DATA) and all(_has(line, tuple(LINE_SHAPE)) for line in lines)


def _id_matches(event: dict[str, Any]) -> bool:
    data = _data(event)
    if not (_has(event, ("id",)) and _has(data, ("order_id", "order_version"))):
        return True
    return bool(event["id"] == str(uuid.uuid5(uuid.NAMESPACE_URL, f"{data['order_id']}:{data['order_version']}")))


def _subject_matches(event: dict[str, Any]) -> bool:
    order_id = _data(event).get("order_id")
    return order_id is None or all(event.get(field) in (None, order_id) for field in ("subject", "partitionkey"))


def _order_id_length(event: dict[str, Any]) -> bool:
    ids = (_data(event).get("order_id"), _data(event).get("cancels_order_id"))
    return all(one is None or 1 <= len(one) <= _MAX_ID for one in ids)


def _order_id_plain(event: dict[str, Any]) -> bool:
    ids = (_data(event).get("order_id"), _data(event).get("cancels_order_id"))
    return not any(_UNPLAIN.search(one) for one in ids if one)


def _version_positive(event: dict[str, Any]) -> bool:
    version = _data(event).get("order_version")
    return version is None or version >= 1


def _is_one_of(field: str, words: tuple[str, ...] | frozenset[str]) -> Callable[[dict[str, Any]], bool]:
    def holds(event: dict[str, Any]) -> bool:
        return _data(event).get(field) is None or _data(event)[field] in words

    return holds


def _cancels_only_cancellations(event: dict[str, Any]) -> bool:
    data = _data(event)
    cancels = data.get("cancels_order_id")
    return cancels is None or (data.get("kind") != "sale" and cancels != data.get("order_id"))


def _lines_present(event: dict[str, Any]) -> bool:
    return bool(_data(event).get("lines") != [])


def _line_numbers_unique(event: dict[str, Any]) -> bool:
    numbers = [line["line_no"] for line in _whole_lines(event)]
    return len(set(numbers)) == len(numbers) and all(number >= 1 for number in numbers)


def _quantity_sign(event: dict[str, Any]) -> bool:
    sign = {"sale": 1, "cancellation": -1}.get(_data(event).get("kind") or "", 0)
    return sign == 0 or all(line["quantity"] * sign > 0 for line in _whole_lines(event))


def _price_not_negative(event: dict[str, Any]) -> bool:
    return all(line["unit_price_minor"] >= 0 for line in _whole_lines(event))


def _amounts_within_limits(event: dict[str, Any]) -> bool:
    lines, total = _whole_lines(event), _data(event).get("total_minor") or 0
    fits = all(abs(line["quantity"]) <= MAX_QUANTITY and line["unit_price_minor"] <= MAX_PRICE_MINOR for line in lines)
    return not lines or (fits and abs(total) <= MAX_TOTAL_MINOR)


def _total_matches(event: dict[str, Any]) -> bool:
    lines, total = _whole_lines(event), _data(event).get("total_minor")
    return not lines or total is None or total == sum(line["unit_price_minor"] * line["quantity"] for line in lines)


def _dates_plausible(event: dict[str, Any]) -> bool:
    data = _data(event)
    texts = (event.get("time"), data.get("placed_at"), data.get("occurred_at"))
    moments = [None if text is None else instant(text) for text in texts]
    if any(text is not None and not _within(moment) for text, moment in zip(texts, moments, strict=True)):
        return False
    _, placed, occurred = moments
    return placed is None or occurred is None or placed <= occurred + timedelta(days=1)


def _within(moment: datetime | None) -> bool:
    return moment is not None and datetime.fromisoformat(EARLIEST) <= moment < datetime.fromisoformat(LATEST)


def _customer_known(event: dict[str, Any]) -> bool:
    return _data(event).get("customer_ref") is not None


_ON_EVENTS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "schema_complete": _schema_complete,
    "id_matches": _id_matches,
    "subject_matches": _subject_matches,
    "order_id_length": _order_id_length,
    "order_id_plain": _order_id_plain,
    "version_positive": _version_positive,
    "kind_known": _is_one_of("kind", KINDS),
    "cancels_only_cancellations": _cancels_only_cancellations,
    "lines_present": _lines_present,
    "line_numbers_unique": _line_numbers_unique,
    "quantity_sign": _quantity_sign,
    "price_not_negative": _price_not_negative,
    "amounts_within_limits": _amounts_within_limits,
    "total_matches": _total_matches,
    "dates_plausible": _dates_plausible,
    "currency_iso": _is_one_of("currency", CURRENCIES),
    "status_known": _is_one_of("status", STATUSES),
    "customer_known": _customer_known,
}
