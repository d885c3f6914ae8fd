"""A call is sent again with its key while it fails, and not once it is answered."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from orders_platform.squad.api_client import Answer, Call, Patience, api_client
from orders_platform.squad.event_loop import run
from orders_platform_tests.squad.load.faulty_shop import Asked, Fault, FaultyShop, open_shop

pytestmark = pytest.mark.integration
ORDER = b'{"customer_id": null, "country": "Brazil", "currency": "BRL", "lines": []}'


def called(shop: FaultyShop, *, token: Callable[[], str] | None = None, times: int = 1, **patience: float) -> list[Answer]:
    """The answers to the same call, one after the other."""

    async def calls() -> list[Answer]:
        patient = Patience(**{"first_wait": 0.001, "deadline": 20, **patience})
        async with api_client(shop.url, token, connections=2, patience=patient) as client:
            return [await client.call(Call("POST", "/orders", "key", time.monotonic(), ORDER, 3)) for _ in range(times)]

    return run(calls())


def faults(*kinds: Fault) -> Callable[[list[Asked], Asked], Fault | None]:
    """These, one after the other, and then no more."""
    return lambda before, _: kinds[len(before)] if len(before) < len(kinds) else None


def test_a_call_carries_its_key_its_version_and_its_kind_of_body() -> None:
    with open_shop() as shop:
        [answer] = called(shop)

    sent = shop.asked[0].headers
    assert (answer.status, answer.faults, answer.document["order_id"]) == (201, (), "order-1")
    assert (sent["Idempotency-Key"], sent["If-Match"], sent["Content-Type"]) == ("key", '"3"', "application/json")
    assert "Authorization" not in sent


def test_a_call_is_sent_again_under_its_key_until_it_is_answered() -> None:
    with open_shop(fault=faults("503", "drop", "stall", "lose")) as shop:
        [answer] = called(shop, attempt=0.3)

    assert (answer.status, answer.replayed, len(shop.orders())) == (201, True, 1)
    assert [one.key for one in shop.asked] == ["key"] * 5
    assert (answer.faults[0], answer.faults[2], len(answer.faults)) == ("503", "timeout", 4)


def test_a_call_is_given_up_at_its_deadline_and_stays_unknown() -> None:
    with open_shop(fault=lambda _before, _asked: "503") as shop:
        [answer] = called(shop, deadline=0.3)

    assert (answer.status, answer.accepted, answer.document) == (None, False, {})
    assert len(answer.faults) == len(shop.asked) > 1


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412, 422])
def test_a_refusal_is_an_answer(status: int) -> None:
    with open_shop(lie=lambda _: (status, {"detail": "the order is paid"})) as shop:
        [answer] = called(shop)

    assert (answer.status, answer.accepted, answer.detail, len(shop.asked)) == (status, False, "the order is paid", 1)


def test_an_accepted_answer_that_cannot_be_read_is_asked_for_again() -> None:
    answers: list[tuple[int, Any]] = [(201, ["no object"]), (201, {"order_id": "o1"})]
    with open_shop(lie=lambda _: answers.pop(0)) as shop:
        [answer] = called(shop)

    assert (answer.document, answer.faults) == ({"order_id": "o1"}, ("no JSON object",))


def test_a_token_goes_along_and_is_not_asked_for_at_each_call() -> None:
    asked = []

    def token() -> str:
        asked.append(1)
        return "abc"

    with open_shop() as shop:
        called(shop, token=token, times=5)

    assert [one.headers["Authorization"] for one in shop.asked] == ["Bearer abc"] * 5
    assert len(asked) == 1


def test_waits_grow_up_to_a_limit_and_are_spread_over_all_below_it() -> None:
    patience = Patience(first_wait=0.1, longest_wait=2)
    waits = {failed: [patience.wait(failed) for _ in range(300)] for failed in (1, 3, 50)}

    for failed, limit in ((1, 0.1), (3, 0.4), (50, 2.0)):
        assert max(waits[failed]) <= limit
        assert min(waits[failed]) < limit / 10
        assert max(waits[failed]) > limit * 0.9
