"""Small builders of test data: each names only what matters. Made by hand, so that they can also be wrong on purpose."""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Json = dict[str, Any]
LineSpec = tuple[str, int, int]

GENERATION = "orders-1763875200000"
PLACED_AT = "2019-02-01T10:00:00+00:00"
ONE_MUG: tuple[LineSpec, ...] = (("MUG", 500, 2),)


def event_id(order_id: str, version: int) -> str:
    """The id that the contract asks for."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}:{version}"))


def a_line(line_no: int, product_no: str = "MUG", price: int = 500, quantity: int = 2) -> Json:
    """A line of an order; the product's name follows from its number."""
    return {
        "line_no": line_no,
        "product_no": product_no,
        "product_name": f"{product_no.title()} of the shop",
        "unit_price_minor": price,
        "quantity": quantity,
    }


def an_event(order_id: str = "o1", *, version: int = 1, lines: Iterable[LineSpec] = ONE_MUG, **data: object) -> Json:
    """A sale's event with lines of (product, price, quantity); `data` overrides fields of the order.

    >>> an_event("o1", version=2, status="paid")["data"]["status"]
    'paid'
    """
    numbered = [a_line(number, *line) for number, line in enumerate(lines, start=1)]
    order = {
        "order_id": order_id,
        "order_version": version,
        "kind": "sale",
        "cancels_order_id": None,
        "status": "placed",
        "placed_at": PLACED_AT,
        "occurred_at": _later(str(data.get("placed_at", PLACED_AT)), minutes=version - 1),
        "customer_ref": "c-1",
        "country": "United Kingdom",
        "currency": "GBP",
        "lines": numbered,
        "total_minor": sum(line["unit_price_minor"] * line["quantity"] for line in numbered),
    }
    return enveloped({**order, **data})


def a_cancellation(order_id: str = "C1", *, cancels: str | None = None, lines: Iterable[LineSpec] = ONE_MUG, **data: Any) -> Json:
    """A cancellation document: the lines are given as they were sold, and taken back."""
    taken_back = [(product, price, -quantity) for product, price, quantity in lines]
    return an_event(
        order_id, lines=taken_back, **{"kind": "cancellation", "cancels_order_id": cancels, "status": "cancelled", **data}
    )


def enveloped(order: Json) -> Json:
    """The event that carries an order."""
    return {
        "specversion": "1.0",
        "type": "orders.order-changed.v1",
        "source": "/orders",
        "id": event_id(order["order_id"], order["order_version"]),
        "subject": order["order_id"],
        "partitionkey": order["order_id"],
        "time": order["occurred_at"],
        "data": order,
    }


def body(event: Mapping[str, Any]) -> bytes:
    """An event as the bytes that the hub carries."""
    return json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()


def changed(event: Json, **envelope: Any) -> Json:
    """The event with envelope fields replaced; None takes the field away."""
    return {name: value for name, value in {**event, **envelope}.items() if value is not None}


def with_data(event: Json, **data: Any) -> Json:
    """The event with fields of its order replaced, and nothing else made to fit."""
    return {**event, "data": {**event["data"], **data}}


def without(event: Json, *fields: str) -> Json:
    """The event whose order lacks these fields."""
    return {**event, "data": {name: value for name, value in event["data"].items() if name not in fields}}


def bronze_rows(
    bodies: Iterable[bytes | None], *, first: int = 0, partition: int = 0, generation: str = GENERATION, batch: int = 0
) -> list[Json]:
    """Rows of bronze for messages that stand one after another in a partition; a batch is ingested at one time."""
    ingested_at = datetime(2026, 1, 5, 12, tzinfo=UTC) + timedelta(minutes=batch)
    return [
        {
            "generation": generation,
            "partition": partition,
            "sequence_number": first + place,
            "key": None,
            "value": value,
            "enqueued_at": ingested_at - timedelta(seconds=5),
            "road": "hub",
            "ingested_at": ingested_at,
        }
        for place, value in enumerate(bodies)
    ]


def _later(moment: str, *, minutes: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(minutes=minutes)).isoformat()
