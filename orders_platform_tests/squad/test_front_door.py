"""The dataset comes in by the API: each order once, however often it is replayed and whatever fails."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from orders_platform.errors import ApiError, InputError, SettingsError
from orders_platform.squad.api_client import Patience
from orders_platform.squad.front_door import Placed, place
from orders_platform.squad.replay import Days, Pace, ReplayEvent, replay_events
from orders_platform_tests.squad.csv_files import a_csv, a_row
from orders_platform_tests.squad.load.book import Answer
from orders_platform_tests.squad.load.faulty_shop import FaultyShop, open_shop

pytestmark = pytest.mark.integration
QUICK = Patience(deadline=20, attempt=0.5, first_wait=0.001, longest_wait=0.05)


def events(folder: Path, count: int = 3) -> list[ReplayEvent]:
    """Sales, and a cancellation at the end."""
    sales = [a_row(str(536365 + number)) for number in range(count - 1)]
    return replay_events(a_csv(folder, a_row("C536999", day="12/2/2018", quantity="-1", customer="NA"), *sales), Days())


def placed_in(shop: FaultyShop, orders: Sequence[ReplayEvent], *, patience: Patience = QUICK) -> Placed:
    return place(orders, url=shop.url, token=None, pace=Pace(), patience=patience)


def test_orders_come_in_with_their_id_their_time_and_all_their_lines(tmp_path: Path) -> None:
    told: list[int] = []
    with open_shop() as shop:
        done = place(events(tmp_path), url=shop.url, token=None, pace=Pace(rate=1000), progress=told.append)

    found = {order["order_id"]: order for order in shop.orders()}
    sale, taken = found["536365"], found["C536999"]
    assert (done, sum(told)) == (Placed(placed=3, already_there=0), 3)
    assert [one.path for one in shop.asked] == ["/imports"] * 3
    assert (sale["kind"], sale["placed_at"]) == ("sale", "2018-12-01T08:00:00Z")
    assert (taken["kind"], taken["total_minor"]) == ("cancellation", -1250)
    line = {"line_no": 1, "product_no": "22178", "product_name": "T-Light", "unit_price_minor": 1250, "quantity": 6}
    assert sale["lines"] == [line]


def test_a_second_replay_finds_all_there(tmp_path: Path) -> None:
    orders = events(tmp_path, 50)
    with open_shop() as shop:
        first = placed_in(shop, orders[:30])
        second = placed_in(shop, orders)
        shop.book.answers.clear()
        third = placed_in(shop, orders)

    assert [first, second, third] == [Placed(30, 0), Placed(20, 30), Placed(0, 50)]
    assert len(shop.orders()) == len({one.key for one in shop.asked}) == 50


def test_every_order_is_placed_once_whatever_fails(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    orders = events(tmp_path, 200)
    with open_shop(fault=lambda _before, _asked: dice.choice(["503", "drop", "lose", None, None, None])) as shop:
        done = placed_in(shop, orders)

    assert done == Placed(placed=200, already_there=0)
    assert {order["order_id"] for order in shop.orders()} == {order.order_id for order in orders}


def test_so_many_calls_are_under_way_and_no_more(tmp_path: Path) -> None:
    with open_shop(wait_for=32) as shop:
        assert placed_in(shop, events(tmp_path, 40), patience=Patience(attempt=20)).placed == 40

    with open_shop(fault=lambda _before, _asked: "stall") as shop, pytest.raises(ApiError):
        placed_in(shop, events(tmp_path, 40), patience=Patience(attempt=0.5, deadline=0.5))
    assert len(shop.asked) == 32


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        ((422, {"detail": "the key came with another request"}), InputError, r"order 536365 \(422\): the key came with another"),
        ((403, {"detail": "needs orders.import"}), SettingsError, "refuses: needs orders.import; check ORDERS_API_AUDIENCE"),
        ((401, {}), SettingsError, "it does not say why"),
    ],
)
def test_a_refusal_ends_the_replay_and_says_why(tmp_path: Path, answer: Answer, kind: type[Exception], told: str) -> None:
    with open_shop(lie=lambda _: answer) as shop, pytest.raises(kind, match=told):
        placed_in(shop, events(tmp_path))


def test_an_api_that_goes_away_ends_the_replay_with_how_far_it_came(tmp_path: Path) -> None:
    orders = events(tmp_path)
    told = r"did not take order \S+ in time \(503\) after 1 others"
    with open_shop(fault=lambda before, _asked: "503" if before else None) as shop, pytest.raises(ApiError, match=told):
        placed_in(shop, orders, patience=Patience(deadline=0.3, first_wait=0.01))
