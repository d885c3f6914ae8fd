"""What may happen to an order: pure functions from an order to the order after the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from orders_platform.contracts.event import Order, OrderId, OrderLine
from orders_platform.contracts.rules import MAX_TOTAL_MINOR
from orders_platform.squad.service.refusals import NotProcessable, StateConflict

PLACED, PAID, SHIPPED, CANCELLED = "placed", "paid", "shipped", "cancelled"


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancellation, and the order that it cancels where that has changed, too."""

    cancellation: Order
    order: Order
    order_changed: bool


def amended(order: Order, lines: Sequence[OrderLine], *, is_untouched: bool, now: datetime) -> Order:
    """The order with other lines. Raises StateConflict once it is paid, or once something of it is cancelled."""
    _need(order, PLACED, "amended")
    if not is_untouched:
        raise StateConflict(f"{order.order_id} has cancellations: cancel lines, and place what is wanted instead as a new order")
    return within_limits(_next(order, now, lines=tuple(lines)))


def paid(order: Order, now: datetime) -> Order:
    """The order once it is paid. Raises StateConflict unless it is placed."""
    _need(order, PLACED, "paid")
    return _next(order, now, status=PAID)


def shipped(order: Order, now: datetime) -> Order:
    """The order once it is shipped. Raises StateConflict unless it is paid."""
    _need(order, PAID, "shipped")
    return _next(order, now, status=SHIPPED)


def cancel(
    order: Order, wanted: Mapping[int, int] | None, *, before: Mapping[int, int], new_id: OrderId, now: datetime
) -> Cancelled:
    """A document that takes back `wanted` units by line number, or all that is left; the order ends with its last unit.

    Args:
        before: units that are taken back already, by line number.
        new_id: of the document.

    Raises StateConflict where nothing is left, NotProcessable where less is left than is wanted.
    """
    if order.kind != "sale":
        raise StateConflict(f"{order.order_id} is a cancellation itself: it cannot be cancelled")
    left = units_left(order, before)
    if not left:
        raise StateConflict(f"nothing of {order.order_id} is left to cancel")
    taken = left if wanted is None else _checked(order.order_id, wanted, left)
    document = replace(
        order,
        order_id=new_id,
        order_version=1,
        kind="cancellation",
        cancels_order_id=order.order_id,
        status=CANCELLED,
        placed_at=now,
        occurred_at=now,
        lines=tuple(replace(line, quantity=-taken[line.line_no]) for line in order.lines if line.line_no in taken),
    )
    is_over = taken == left
    return Cancelled(document, _next(order, now, status=CANCELLED) if is_over else order, order_changed=is_over)


def units_left(order: Order, before: Mapping[int, int]) -> dict[int, int]:
    """Units by line number that no cancellation has taken back; lines without any are left out."""
    left = {line.line_no: line.quantity - before.get(line.line_no, 0) for line in order.lines}
    return {line_no: units for line_no, units in left.items() if units > 0}


def within_limits(order: Order) -> Order:
    """The order itself. Raises NotProcessable where its amounts leave the contract's limits."""
    if abs(order.total_minor) > MAX_TOTAL_MINOR:
        raise NotProcessable(f"the order comes to {order.total_minor:,}, the limit is {MAX_TOTAL_MINOR:,}: split it")
    return order


def _checked(order_id: OrderId, wanted: Mapping[int, int], left: Mapping[int, int]) -> dict[int, int]:
    for line_no, units in wanted.items():
        if units > left.get(line_no, 0):
            raise NotProcessable(
                f"line {line_no} of {order_id} has {left.get(line_no, 0)} units left, {units} are to be cancelled"
            )
    return dict(wanted)


def _need(order: Order, status: str, what: str) -> None:
    if order.kind != "sale" or order.status != status:
        raise StateConflict(f"{order.order_id} is {order.status}; only a sale that is {status} can be {what}")


def _next(order: Order, now: datetime, *, status: str | None = None, lines: tuple[OrderLine, ...] | None = None) -> Order:
    """The next version; time never runs backwards within an order, whatever the clocks of two servers say."""
    return replace(
        order,
        order_version=order.order_version + 1,
        occurred_at=max(now, order.occurred_at),
        status=status or order.status,
        lines=order.lines if lines is None else lines,
    )
