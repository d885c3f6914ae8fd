"""Named repairs of a body: each mends what one kind of fault spoils, where only one answer can be meant, and nothing else.

A body that is not well formed, or that has not the fault, stays as it is, byte for byte: the rules judge it again in any case.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from orders_platform.contracts.personal import is_personal
from orders_platform.contracts.reading import instant, read_json

Event = dict[str, Any]
_TIMES: Final = ("placed_at", "occurred_at")


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair, and the rules that it makes a body hold.

    Attributes:
        mend: changes the event in place.
    """

    name: str
    meaning_en: str
    meaning_pt: str
    rules: tuple[str, ...]
    mend: Callable[[Event], None]

    def __call__(self, body: bytes | None) -> bytes | None:
        """The body repaired, or the same where there is nothing to repair, or where what comes of it would be no event."""
        try:
            event, before = read_json(body), read_json(body)
            self.mend(event)
            if event == before:
                return body
            repaired = json.dumps(event, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
            read_json(repaired)
        except (ValueError, RecursionError):
            # a fault here would stop all others of a release; the rules say what is wrong with this one
            return body
        return repaired


def _total_from_lines(event: Event) -> None:
    data = event.get("data") or {}
    try:
        data["total_minor"] = sum(line["unit_price_minor"] * line["quantity"] for line in data["lines"])
    except (KeyError, TypeError):
        return


def _ids_from_order(event: Event) -> None:
    data = event.get("data") or {}
    order_id, version = data.get("order_id"), data.get("order_version")
    if order_id is None or version is None:
        return
    event["id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}:{version}"))
    event["subject"] = event["partitionkey"] = order_id


def _cancelled_below_zero(event: Event) -> None:
    data = event.get("data") or {}
    lines = [line for line in data.get("lines") or () if line]
    if data.get("kind") != "cancellation" or any((line.get("quantity") or 0) <= 0 for line in lines):
        return
    for line in lines:
        line["quantity"] = -line["quantity"]
    if (data.get("total_minor") or 0) > 0:
        data["total_minor"] = -data["total_minor"]


def _times_in_utc(event: Event) -> None:
    data = event.get("data") or {}
    for holder, name in ((event, "time"), *((data, name) for name in _TIMES)):
        text = holder.get(name)
        if text is not None and instant(text) is None and instant(f"{text}Z") is not None:
            holder[name] = f"{text}Z"


def _without_personal_fields(event: Event) -> None:
    _strip(event)


def _strip(value: object) -> None:
    if isinstance(value, dict):
        for key in [key for key in value if is_personal(key)]:
            del value[key]
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _strip(inner)


_ALL: Final = (
    Repair(
        "total_from_lines",
        "total_minor becomes the sum of unit_price_minor x quantity: the lines are right, the total is not.",
        "total_minor passa a ser a soma de unit_price_minor x quantity: as linhas estão certas, o total não.",
        ("total_matches",),
        _total_from_lines,
    ),
    Repair(
        "ids_from_order",
        "id, subject and partitionkey are made of order_id and order_version, as the contract asks.",
        "id, subject e partitionkey são feitos de order_id e order_version, como pede o contrato.",
        ("id_matches", "subject_matches"),
        _ids_from_order,
    ),
    Repair(
        "cancelled_below_zero",
        "A cancellation whose quantities all stand above zero gets them, and its total, below zero.",
        "Um cancelamento com todas as quantidades acima de zero passa a tê-las, e o total, abaixo de zero.",
        ("quantity_sign",),
        _cancelled_below_zero,
    ),
    Repair(
        "times_in_utc",
        "A time that lacks its offset from UTC is one in UTC. Ask the squad first.",
        "Um horário sem fuso é em UTC. Pergunte antes à squad.",
        ("dates_plausible",),
        _times_in_utc,
    ),
    Repair(
        "without_personal_fields",
        "Keys on the list of personal fields are taken out, with what they hold.",
        "As chaves da lista de campos pessoais são retiradas, com o que contêm.",
        ("no_personal_fields",),
        _without_personal_fields,
    ),
)
REPAIRS: Final = {repair.name: repair for repair in _ALL}
