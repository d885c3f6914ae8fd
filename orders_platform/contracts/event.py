"""The event `orders.order-changed.v1` as typed values: build one, write its bytes, read bytes back."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NewType

import orjson

from orders_platform.contracts.judging import broken_rules
from orders_platform.contracts.reading import instant, read_json
from orders_platform.contracts.rules import EVENT_SOURCE, EVENT_TYPE, SPEC_VERSION

OrderId = NewType("OrderId", str)
EventId = NewType("EventId", str)
ProductNo = NewType("ProductNo", str)
CustomerRef = NewType("CustomerRef", str)

Kind = Literal["sale", "cancellation"]


class InvalidEvent(ValueError):
    """A body that breaks rules of the contract; `reasons` names them, in the order of the list of rules."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        """Keep the names of the broken rules."""
        super().__init__(f"the event breaks {', '.join(reasons)}")
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order; its fields are written in this order."""

    line_no: int
    product_no: ProductNo
    product_name: str
    unit_price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as it stands after a change; a cancellation is an order of its own."""

    order_id: OrderId
    order_version: int
    kind: Kind
    cancels_order_id: OrderId | None
    status: str
    placed_at: datetime
    occurred_at: datetime
    customer_ref: CustomerRef | None
    country: str
    currency: str
    lines: tuple[OrderLine, ...]

    @property
    def total_minor(self) -> int:
        """What its lines come to."""
        return sum(line.unit_price_minor * line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """The event: the whole order after a change, and when the event was made."""

    id: EventId
    time: datetime
    order: Order


def event_id(order_id: OrderId, order_version: int) -> EventId:
    """The id of an order's version: the same however often the event is made."""
    return EventId(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}:{order_version}")))


def build(order: Order, time: datetime) -> OrderChanged:
    """The event that tells of `order`, made at `time`."""
    return OrderChanged(event_id(order.order_id, order.order_version), time, order)


def to_bytes(event: OrderChanged) -> bytes:
    """The body of an event: the same event makes the same bytes. Times are written in UTC."""
    order = event.order
    envelope = {
        "specversion": SPEC_VERSION,
        "id": event.id,
        "type": EVENT_TYPE,
        "source": EVENT_SOURCE,
        "subject": order.order_id,
        "partitionkey": order.order_id,
        "time": event.time.astimezone(UTC),
        "data": {
            "order_id": order.order_id,
            "order_version": order.order_version,
            "kind": order.kind,
            "cancels_order_id": order.cancels_order_id,
            "status": order.status,
            "placed_at": order.placed_at.astimezone(UTC),
            "occurred_at": order.occurred_at.astimezone(UTC),
            "customer_ref": order.customer_ref,
            "country": order.country,
            "currency": order.currency,
            "lines": order.lines,
            "total_minor": order.total_minor,
        },
    }
    return orjson.dumps(envelope, option=orjson.OPT_UTC_Z)


def parse(body: bytes) -> OrderChanged:
    """The event in a body. Raises InvalidEvent naming every rule that the body breaks; warnings do not count."""
    reasons = broken_rules(body)
    if reasons:
        raise InvalidEvent(reasons)
    return _from_json(read_json(body))


def _from_json(body: dict[str, Any]) -> OrderChanged:
    data = body["data"]
    order = Order(
        order_id=data["order_id"],
        order_version=data["order_version"],
        kind=data["kind"],
        cancels_order_id=data.get("cancels_order_id"),
        status=data["status"],
        placed_at=_known(data["placed_at"]),
        occurred_at=_known(data["occurred_at"]),
        customer_ref=data.get("customer_ref"),
        country=data["country"],
        currency=data["currency"],
        lines=tuple(_line(line) for line in data["lines"]),
    )
    return OrderChanged(body["id"], _known(body["time"]), order)


def _line(line: dict[str, Any]) -> OrderLine:
    return OrderLine(line["line_no"], line["product_no"], line["product_name"], line["unit_price_minor"], line["quantity"])


def _known(text: str) -> datetime:
    moment = instant(text)
    if moment is None:
        raise InvalidEvent(("dates_plausible",))
    return moment
