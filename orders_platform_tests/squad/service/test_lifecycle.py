"""Whatever callers do with an order, what is left and what was taken back add up to what was ordered."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_platform.contracts.event import Order, OrderId, OrderLine, ProductNo
from orders_platform.squad.service import lifecycle
from orders_platform.squad.service.refusals import NotProcessable, Refusal, StateConflict

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
QUANTITIES = st.lists(st.integers(1, 9), min_size=1, max_size=5)
WISHES = st.lists(st.dictionaries(st.integers(1, 5), st.integers(1, 9), min_size=1))


def a_sale(*quantities: int, status: str = lifecycle.PLACED) -> Order:
    lines = tuple(OrderLine(n, ProductNo(f"p{n}"), f"Product {n}", 100, units) for n, units in enumerate(quantities, start=1))
    return Order(
        order_id=OrderId("o1"), order_version=1, kind="sale", cancels_order_id=None, status=status, placed_at=NOW,
        occurred_at=NOW, customer_ref=None, country="Brazil", currency="BRL", lines=lines,
    )  # fmt: skip


def taken_back(cancellations: list[Order]) -> dict[int, int]:
    """Units by line number, as the database adds them up."""
    units: Counter[int] = Counter()
    for cancellation in cancellations:
        units.update({line.line_no: -line.quantity for line in cancellation.lines})
    return dict(units)


@given(QUANTITIES, WISHES)
def test_units_left_and_units_taken_back_are_the_units_ordered(quantities: list[int], wishes: list[dict[int, int]]) -> None:
    order = a_sale(*quantities)
    before: list[Order] = []
    for number, wanted in enumerate(wishes):
        left = lifecycle.units_left(order, taken_back(before))
        try:
            done = lifecycle.cancel(order, wanted, before=taken_back(before), new_id=OrderId(f"c{number}"), now=NOW)
        except Refusal:
            assert not left or any(units > left.get(line, 0) for line, units in wanted.items())
            continue
        before.append(done.cancellation)

    taken = -sum(line.quantity for cancellation in before for line in cancellation.lines)
    assert sum(lifecycle.units_left(order, taken_back(before)).values()) + taken == sum(quantities)


@given(QUANTITIES, st.data())
def test_the_whole_takes_back_what_a_part_has_left(quantities: list[int], data: st.DataObject) -> None:
    order = a_sale(*quantities)
    line = data.draw(st.integers(1, len(quantities)))
    part = lifecycle.cancel(order, {line: 1}, before={}, new_id=OrderId("c1"), now=NOW)
    if part.order_changed:
        return

    rest = lifecycle.cancel(order, None, before=taken_back([part.cancellation]), new_id=OrderId("c2"), now=NOW)

    assert rest.order.status == lifecycle.CANCELLED
    assert part.cancellation.total_minor + rest.cancellation.total_minor == -order.total_minor


def test_nothing_is_cancelled_twice() -> None:
    order = a_sale(2)
    done = lifecycle.cancel(order, None, before={}, new_id=OrderId("c1"), now=NOW)

    with pytest.raises(StateConflict, match="nothing of o1 is left"):
        lifecycle.cancel(done.order, None, before=taken_back([done.cancellation]), new_id=OrderId("c2"), now=NOW)
    with pytest.raises(StateConflict, match="is a cancellation itself"):
        lifecycle.cancel(done.cancellation, None, before={}, new_id=OrderId("c3"), now=NOW)


def test_a_clock_that_goes_back_does_not_turn_an_order_s_time_back() -> None:
    paid = lifecycle.paid(a_sale(1), NOW + timedelta(hours=1))

    assert lifecycle.shipped(paid, NOW).occurred_at == NOW + timedelta(hours=1)


def test_an_amendment_beyond_the_limit_is_refused() -> None:
    dear = OrderLine(1, ProductNo("p"), "Dear", 10**12, 10**9)

    with pytest.raises(NotProcessable, match="the limit is"):
        lifecycle.amended(a_sale(1), [dear], is_untouched=True, now=NOW)
