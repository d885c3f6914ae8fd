"""The API's rules of orders once more, small and in memory: what a double of the service answers."""

import itertools
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]
Answer = tuple[int, Document]
FROM_TO = {"pay": ("placed", "paid"), "ship": ("paid", "shipped")}
AT = "2026-11-25T10:00:00Z"


@dataclass
class Book:
    """Orders by id, and answers by key."""

    orders: dict[str, Document] = field(default_factory=dict)
    answers: dict[str, tuple[object, Answer]] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def call(self, method: str, path: str, key: str, *, body: Any, version: str | None = None) -> tuple[bool, Answer]:
        """Whether the answer is an earlier one, and the answer."""
        request = json.dumps([method, path, body, version])
        if key in self.answers:
            known, answer = self.answers[key]
            return (True, answer) if known == request else (False, refused(422))
        answer = deepcopy(self._carried_out(method, path, body, version))
        if answer[0] < 300:
            self.answers[key] = request, answer
        return False, answer

    def rows(self) -> list[Document]:
        """The orders as a table of the platform would have them."""
        return [order | {"order_version": order["version"]} for order in self.orders.values()]

    def _carried_out(self, method: str, path: str, body: Any, version: str | None) -> Answer:
        _, kind, *rest = path.split("/")
        if kind == "imports":
            return refused(409) if body["order_id"] in self.orders else (201, self._add(body, **imported(body)))
        if not rest:
            return 201, self._add(body, order_id=self._new_id(), kind="sale", status="placed", placed_at=AT)
        order = self.orders[rest[0]]
        if method == "PATCH":
            return self._amended(order, body, version)
        return self._cancelled(order, body) if rest[1] == "cancel" else self._moved_on(order, *FROM_TO[rest[1]])

    def _add(self, sent: Mapping[str, Any], **fields: object) -> Document:
        lines = numbered(sent["lines"])
        order: Document = {"version": 1, "cancels_order_id": None, "customer_ref": None, "occurred_at": AT, **fields}
        order |= {"country": sent["country"], "currency": sent["currency"], "lines": lines, "total_minor": total(lines)}
        return self.orders.setdefault(order["order_id"], order)

    def _amended(self, order: Document, body: Any, version: str | None) -> Answer:
        if version != f'"{order["version"]}"':
            return refused(412)
        if order["status"] != "placed" or self._cancelled_units(order):
            return refused(409)
        lines = numbered(body["lines"])
        order |= {"version": order["version"] + 1, "lines": lines, "total_minor": total(lines)}
        return 200, order

    def _moved_on(self, order: Document, before: str, after: str) -> Answer:
        if order["status"] != before:
            return refused(409)
        order |= {"version": order["version"] + 1, "status": after}
        return 200, order

    def _cancelled(self, order: Document, body: Any) -> Answer:
        gone = self._cancelled_units(order)
        left = {line["line_no"]: line["quantity"] - gone.get(line["line_no"], 0) for line in order["lines"]}
        wanted = {line["line_no"]: line["quantity"] for line in body["lines"]} if body else left
        if not any(left.values()):
            return refused(409)
        if any(units > left.get(number, 0) for number, units in wanted.items()):
            return refused(422)
        lines = [line | {"quantity": -wanted[line["line_no"]]} for line in order["lines"] if wanted.get(line["line_no"])]
        known = {"kind": "cancellation", "status": "cancelled", "cancels_order_id": order["order_id"], "placed_at": AT}
        document = self._add(order | {"lines": lines}, order_id=self._new_id(), **known)
        if {number: units for number, units in left.items() if units} == wanted or not body:
            order |= {"version": order["version"] + 1, "status": "cancelled"}
        return 201, {"cancellation": document, "order": order}

    def _cancelled_units(self, order: Document) -> dict[int, int]:
        units: dict[int, int] = {}
        for document in self.orders.values():
            if document["cancels_order_id"] == order["order_id"]:
                for line in document["lines"]:
                    units[line["line_no"]] = units.get(line["line_no"], 0) - line["quantity"]
        return units

    def _new_id(self) -> str:
        return f"order-{next(self.numbers)}"


def refused(status: int) -> Answer:
    return status, {"title": "Refused", "status": status, "detail": f"refused with {status}"}


def imported(body: Mapping[str, Any]) -> Document:
    status = "placed" if body["kind"] == "sale" else "cancelled"
    return {name: body[name] for name in ("order_id", "kind", "placed_at")} | {"status": status}


def numbered(lines: list[Document]) -> list[Document]:
    return [{"line_no": number} | line for number, line in enumerate(lines, start=1)]


def total(lines: list[Document]) -> int:
    return int(sum(line["unit_price_minor"] * line["quantity"] for line in lines))
