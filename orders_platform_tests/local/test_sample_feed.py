"""The feed makes new orders of the sample, valid ones, for as long as it runs."""

from datetime import UTC, datetime
from itertools import islice

from orders_platform.contracts.event import parse, to_bytes
from orders_platform.local.sample_feed import SAMPLE, as_of, endless
from orders_platform.squad.dataset import DatasetLine, DatasetOrder
from orders_platform.squad.order_events import order_events

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
SALE = DatasetOrder("536365", NOW.date(), "17850", "Norway", [DatasetLine("85123A", "HOLDER", 255, 6)])
CANCELLATION = DatasetOrder("C536366", NOW.date(), "17850", "Norway", [DatasetLine("85123A", "HOLDER", 255, -6)])
EVENTS = list(order_events([SALE, CANCELLATION]))


def test_each_loop_makes_other_orders() -> None:
    """An order that came again would be a duplicate, and the feed would stand still."""
    fed = list(islice(endless(EVENTS, "a1"), 6))

    assert len({event.id for event in fed}) == 6
    assert [event.order.kind for event in fed] == ["sale", "cancellation"] * 3


def test_two_feeds_never_make_the_same_order() -> None:
    """The platform is stopped and started again on the same home."""
    first, second = ({event.id for event in islice(endless(EVENTS, started), 4)} for started in ("a1", "a2"))

    assert first.isdisjoint(second)


def test_a_fed_event_keeps_the_contract_and_is_of_this_moment() -> None:
    """It is read back by the platform's own strict reader."""
    fed = as_of(next(endless(EVENTS, "a1")), NOW)

    read = parse(to_bytes(fed))

    assert read == fed
    assert (read.order.placed_at, read.order.occurred_at, read.time) == (NOW, NOW, NOW)


def test_the_sample_is_shipped_with_the_package() -> None:
    """`demo` and `up` need no file of the user's."""
    assert SAMPLE.is_file()
