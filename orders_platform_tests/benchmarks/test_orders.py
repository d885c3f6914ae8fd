"""The history that is measured with: valid events, each order once, copy after copy in time."""

import orjson
import pytest

from benchmarks.orders import History
from orders_platform.contracts.event import OrderChanged, parse
from orders_platform.local.sample_feed import SAMPLE


@pytest.fixture(scope="module")
def history() -> History:
    return History.of(SAMPLE, 3, cut=200)


def _events(history: History, first: int, last: int) -> list[OrderChanged]:
    return [parse(body) for _, body in history.messages(first, last)]


def test_copies_are_other_orders_with_the_same_lines(history: History) -> None:
    events = _events(history, 0, 3)

    assert len({event.order.order_id for event in events}) == len(events) == 600
    assert sum(len(event.order.lines) for event in events) == history.lines * 3
    assert sum(event.order.total_minor for event in events) == history.net_minor * 3


def test_copies_follow_each_other_in_time_on_the_same_weekdays(history: History) -> None:
    days = [[event.order.placed_at for event in _events(history, number, number + 1)] for number in range(3)]

    assert days[0][-1] < days[1][0] < days[1][-1] < days[2][0]
    assert [day.weekday() for day in days[0]] == [day.weekday() for day in days[2]]
    assert days[2] == [event.order.placed_at for event in history.dataset]


def test_new_orders_stand_on_the_free_day_between_two_copies(history: History) -> None:
    new = [orjson.loads(body) for _, body in history.new_orders(5, 1, 0)]
    days = {event["data"]["placed_at"][:10] for event in new}
    taken = {f"{event.order.placed_at:%Y-%m-%d}" for event in _events(history, 0, 3)}

    assert len(days) == 1
    assert not days & taken
    assert {event["subject"] for event in new}.isdisjoint(key for key, _ in history.new_orders(5, 1, 1))
