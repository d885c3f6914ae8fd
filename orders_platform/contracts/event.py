"""The event `orders.order-changed.v1` as typed values: build one, write its bytes, read bytes back."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NewType

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
class OrderChanged:
    """The whole order after a change."""

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
    id: EventId
    time: datetime
    total_minor: int


def event_id(order_id: OrderId, order_version: int) -> EventId:
    """The id of an order's version: the same however often the event is made."""
    return EventId(str(uuid.uuid5(uuid.NAMESPACE_URL, f"{order_id}:{order_version}")))


def build(
    *,
    order_id: OrderId,
    order_version: int,
    kind: Kind,
    cancels_order_id: OrderId | None,
    status: str,
    placed_at: datetime,
    occurred_at: datetime,
    customer_ref: CustomerRef | None,
    country: str,
    currency: str,
    lines: tuple[OrderLine, ...],
    time: datetime,
) -> OrderChanged:
    """An event with its id and total worked out from the rest."""
    return OrderChanged(
        order_id=order_id,
        order_version=order_version,
        kind=kind,
        cancels_order_id=cancels_order_id,
        status=status,
        placed_at=placed_at,
        occurred_at=occurred_at,
        customer_ref=customer_ref,
        country=country,
        currency=currency,
        lines=lines,
        id=event_id(order_id, order_version),
        time=time,
        total_minor=sum(line.unit_price_minor * line.quantity for line in lines),
    )


def to_bytes(event: OrderChanged) -> bytes:
    """The body of an event: the same event makes the same bytes. Times are written in UTC."""
    import orjson  # noqa: PLC0415 -- the platform's cluster has no orjson, and reads the rules of this package

    envelope = {
        "specversion": SPEC_VERSION,
        "id": event.id,
        "type": EVENT_TYPE,
        "source": EVENT_SOURCE,
        "subject": event.order_id,
        "partitionkey": event.order_id,
        "time": event.time.astimezone(UTC),
        "data": {
            "order_id": event.order_id,
            "order_version": event.order_version,
            "kind": event.kind,
            "cancels_order_id": event.cancels_order_id,
            "status": event.status,
            "placed_at": event.placed_at.astimezone(UTC),
            "occurred_at": event.occurred_at.astimezone(UTC),
            "customer_ref": event.customer_ref,
            "country": event.country,
            "currency": event.currency,
            "lines": event.lines,
            "total_minor": event.total_minor,
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
    return OrderChanged(
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
        id=body["id"],
        time=_known(body["time"]),
        total_minor=data["total_minor"],
    )


def _line(line: dict[str, Any]) -> OrderLine:
    return OrderLine(line["line_no"], line["product_no"], line["product_name"], line["unit_price_minor"], line["quantity"])


def _known(text: str) -> datetime:
    moment = instant(text)
    if moment is None:
        raise InvalidEvent(("dates_plausible",))
    return moment
