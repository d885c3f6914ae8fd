"""A call counts once, however often it is sent."""

import asyncio
from collections import Counter

import aiohttp
import psycopg
import pytest
from psycopg.rows import DictRow

from orders_platform.squad.service.models import NewOrder
from orders_platform.squad.service.routes.changes import asked
from orders_platform_tests.squad.service.served import Shop, a_line, an_order

pytestmark = pytest.mark.integration
Database = psycopg.Connection[DictRow]


def test_a_repeated_call_gets_the_first_answer_and_changes_nothing(shop: Shop, database: Database) -> None:
    first = shop.post("/orders", an_order(), key="k1")
    again = shop.post("/orders", an_order(), key="k1")

    assert (again.status_code, again.content, again.headers["ETag"]) == (201, first.content, first.headers["ETag"])
    assert (first.headers["Idempotent-Replayed"], again.headers["Idempotent-Replayed"]) == ("false", "true")
    assert again.headers["Location"] == f"/orders/{first.json()['order_id']}"
    assert _counted(database) == (1, 1)


def test_the_answer_stays_though_the_order_went_on(shop: Shop) -> None:
    order_id = shop.placed()["order_id"]
    paid = shop.post(f"/orders/{order_id}/pay", key="pay-1")
    shop.post(f"/orders/{order_id}/ship")

    assert shop.post(f"/orders/{order_id}/pay", key="pay-1").content == paid.content


@pytest.mark.parametrize("other", [an_order(a_line(quantity=3)), an_order(country="France"), an_order(a_line(), a_line())])
def test_a_key_of_another_request_is_refused(shop: Shop, database: Database, other: dict[str, object]) -> None:
    shop.post("/orders", an_order(), key="k1")

    assert shop.post("/orders", other, key="k1").status_code == 422
    assert _counted(database) == (1, 1)


def test_a_request_is_known_by_what_was_said_and_not_by_what_was_left_out() -> None:
    """Else the first release with one more optional field refuses the repetitions of calls that the one before it took."""
    said = NewOrder.model_validate({key: value for key, value in an_order().items() if key != "customer_id"})

    assert "customer_id" not in asked(said)


def test_a_refused_call_may_be_made_again_under_its_key(shop: Shop) -> None:
    order_id = shop.placed()["order_id"]
    assert shop.post(f"/orders/{order_id}/ship", key="ship-1").status_code == 409
    shop.post(f"/orders/{order_id}/pay")

    assert shop.post(f"/orders/{order_id}/ship", key="ship-1").status_code == 200


def test_a_thousand_calls_at_once_with_one_key_make_one_order(shop: Shop, database: Database) -> None:
    answers = asyncio.run(_at_once(f"{shop.url}/orders", times=1000))

    assert Counter(status for status, _ in answers) == {201: 1000}
    assert len({body for _, body in answers}) == 1
    assert _counted(database) == (1, 1)


def test_changes_at_once_of_one_order_are_versions_without_a_hole(shop: Shop, database: Database) -> None:
    order_id = shop.placed(a_line(quantity=40))["order_id"]
    part = {"lines": [{"line_no": 1, "quantity": 1}]}

    answers = asyncio.run(_at_once(f"{shop.url}/orders/{order_id}/cancel", times=50, body=part, one_key=False))

    assert Counter(status for status, _ in answers) == {201: 40, 409: 10}
    taken = database.execute("select sum(-total_minor) as minor from orders where kind = 'cancellation'").fetchone()
    assert taken == {"minor": 40 * 619}


async def _at_once(url: str, *, times: int, body: object = None, one_key: bool = True) -> list[tuple[int, bytes]]:
    limit = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=limit) as session:

        async def call(number: int) -> tuple[int, bytes]:
            headers = {"Idempotency-Key": "one" if one_key else f"k{number}"}
            async with session.post(url, json=body or an_order(), headers=headers) as answer:
                return answer.status, await answer.read()

        return await asyncio.gather(*(call(number) for number in range(times)))


def _counted(database: Database) -> tuple[int, int]:
    row = database.execute("select (select count(*) from orders) as orders, (select count(*) from outbox) as events").fetchone()
    assert row is not None
    return row["orders"], row["events"]
