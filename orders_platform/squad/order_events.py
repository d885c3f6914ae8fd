"""The dataset's orders as events of the contract; the same file makes the same bytes, however often it is replayed."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from orders_platform.contracts.event import CustomerRef, Order, OrderChanged, OrderId, OrderLine, ProductNo, build
from orders_platform.squad.dataset import DatasetOrder

CURRENCY = "GBP"
UNKNOWN_CUSTOMERS = ("NA", "")
_OPENS = time(8, tzinfo=UTC)
_OPEN_FOR = timedelta(hours=12)


def order_events(orders: list[DatasetOrder]) -> Iterator[OrderChanged]:
    """One event per order, oldest first. `orders` stand by day; the file has no times, so a day's orders share its hours."""
    for day, group in groupby(orders, key=lambda order: order.day):
        of_the_day = list(group)
        opens = datetime.combine(day, _OPENS)
        for place, order in enumerate(of_the_day):
            yield _event(order, opens + _whole_seconds(_OPEN_FOR * place / len(of_the_day)))


def _whole_seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=span // timedelta(seconds=1))


def _event(order: DatasetOrder, at: datetime) -> OrderChanged:
    changed = Order(
        order_id=OrderId(order.order_id),
        order_version=1,
        kind="cancellation" if order.is_cancellation else "sale",
        cancels_order_id=None,  # the dataset does not say
        status="cancelled" if order.is_cancellation else "placed",
        placed_at=at,
        occurred_at=at,
        customer_ref=None if order.customer_no in UNKNOWN_CUSTOMERS else CustomerRef(order.customer_no),
        country=order.country,
        currency=CURRENCY,
        lines=tuple(
            OrderLine(number, ProductNo(line.product_no), line.product_name, line.price_minor, line.quantity)
            for number, line in enumerate(order.lines, start=1)
        ),
    )
    return build(changed, at)
