"""The feed makes new orders of the sample for as long as it runs, in calls that the API takes."""

from datetime import date

import orjson
import pytest

from orders_platform.local.sample_feed import SAMPLE, SampleFeed
from orders_platform.squad.api_client import Answer, Call
from orders_platform.squad.dataset import DatasetLine, DatasetOrder, read_orders
from orders_platform.squad.service.models import NewCancellation, NewOrder

DAY = date(2026, 3, 4)
SALE = DatasetOrder("536365", DAY, "17850", "Norway", [DatasetLine("85123A", "HOLDER", 255, 6)])
CANCELLATION = DatasetOrder("C536366", DAY, "17850", "Norway", [DatasetLine("85123A", "HOLDER", 255, -6)])


def test_each_call_has_a_key_of_its_own() -> None:
    """A repeated key would give the old answer, and the feed would stand still."""
    feeds = SampleFeed("a1"), SampleFeed("a2")

    keys = [call.key for feed in feeds for _ in range(3) if (call := feed.call(SALE))]

    assert len(set(keys)) == 6


def test_a_sale_becomes_an_order_as_the_api_takes_it() -> None:
    call = SampleFeed("a1").call(SALE)

    assert call is not None
    assert NewOrder.model_validate(orjson.loads(call.body or b"")).lines[0].quantity == 6


def test_a_cancellation_takes_back_a_unit_of_an_order_that_was_accepted() -> None:
    feed = SampleFeed("a1")
    assert feed.call(CANCELLATION) is None

    feed.heard(_accepted("o1"))
    feed.heard(Answer(None, {}, replayed=False, faults=("timeout",), sent_at=0.0, done_at=60.0))
    call = feed.call(CANCELLATION)

    assert isinstance(call, Call)
    assert call.path == "/orders/o1/cancel"
    assert NewCancellation.model_validate(orjson.loads(call.body or b"")).units() == {1: 1}
    assert feed.call(CANCELLATION) is None


@pytest.mark.parametrize("kind", [True, False])
def test_the_sample_has_sales_and_cancellations(*, kind: bool) -> None:
    """`demo` and `up` need no file of the user's."""
    assert any(order.is_cancellation is kind for order in read_orders(SAMPLE))


def _accepted(order_id: str) -> Answer:
    return Answer(201, {"order_id": order_id}, replayed=False, faults=(), sent_at=0.0, done_at=0.1)
