"""Orders for tests: each names only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from orders_platform.contracts.event import Order, OrderChanged, OrderId, OrderLine, ProductNo, build

AT = datetime(2018, 12, 3, 9, 15, 30, tzinfo=UTC)
_ORDER = Order(
    order_id=OrderId("536598"),
    order_version=1,
    kind="sale",
    cancels_order_id=None,
    status="placed",
    placed_at=AT,
    occurred_at=AT,
    customer_ref=None,
    country="United Kingdom",
    currency="GBP",
    lines=(OrderLine(1, ProductNo("22178"), "T-Light", 1125, 6),),
)


def an_event(**fields: Any) -> OrderChanged:
    """An event of an order with these fields."""
    return build(replace(_ORDER, **fields), AT)
