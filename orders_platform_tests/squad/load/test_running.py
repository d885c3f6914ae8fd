"""A load against a shop that fails, stalls and lies: the rate is kept, each order is placed once, and the ledger says so."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from orders_platform.errors import ApiError, EnvironmentFault
from orders_platform.squad.api_client import Patience, api_client
from orders_platform.squad.event_loop import run
from orders_platform.squad.load.durable import DurableLedger, LedgerKeeper, NoLedger
from orders_platform.squad.load.figures import Figures
from orders_platform.squad.load.ledger import accepted_once, read_ledger
from orders_platform.squad.load.lives import life
from orders_platform.squad.load.running import Load, Plan
from orders_platform_tests.squad.load.book import Answer
from orders_platform_tests.squad.load.faulty_shop import Asked, Fault, FaultyShop, open_shop

pytestmark = pytest.mark.integration
IMPATIENT = Patience(deadline=30, attempt=0.5, first_wait=0.01, longest_wait=0.1)
Progress = Callable[[Load, Figures], None]


def loaded(
    plan: Plan,
    url: str,
    *,
    ledger: LedgerKeeper | None = None,
    patience: Patience = IMPATIENT,
    progress: Progress = lambda _load, _figures: None,
) -> Load:
    """A load that has ended."""

    async def load() -> Load:
        async with api_client(url, None, connections=plan.most_under_way, patience=patience) as client:
            running = Load(plan, client, ledger or NoLedger())
            await running.run(lambda figures: progress(running, figures))
        return running

    return run(load())


def quick(seed: int, orders: int, **more: Any) -> Plan:
    return Plan(rate=200, seconds=orders / 200, seed=seed, haste=10, **more)


def placing(asked: list[Asked]) -> list[Asked]:
    return [one for one in asked if one.path == "/orders"]


def test_a_server_that_does_not_answer_does_not_slow_the_sending(seed: int) -> None:
    orders = 60
    with open_shop(wait_for=orders) as shop:
        figures = loaded(quick(seed, orders), shop.url, patience=Patience(attempt=20)).figures

    # the first one has waited for all others to become due, a closed loop would wait for ever
    waited = figures.calls["place"].from_due
    assert (figures.due, figures.placed) == (orders, orders)
    assert max(waited) >= (orders - 1 - 5) / 200
    assert sum(wait > 0.1 for wait in waited) > orders / 3


def test_what_is_not_sent_because_too_much_is_under_way_is_counted(seed: int) -> None:
    with open_shop(fault=lambda _before, _asked: "stall") as shop:
        patience = Patience(deadline=1, attempt=1)
        figures = loaded(quick(seed, 60, most_under_way=7), shop.url, patience=patience).figures

    place = figures.calls["place"]
    assert figures.due == 60 == place.unknown + place.not_sent
    assert 0 < place.unknown < 20
    assert len({one.key for one in shop.asked}) == place.unknown


def test_every_order_is_placed_once_and_in_the_ledger_whatever_fails(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    faults: list[Fault | None] = ["503", "drop", "lose", "stall"]
    with open_shop(fault=lambda _before, _asked: dice.choices([None, *faults], [76, 6, 6, 6, 6])[0]) as shop:
        with DurableLedger(tmp_path / "ledger") as kept:
            figures = loaded(quick(seed, 150), shop.url, ledger=kept).figures
        orders = shop.orders()

    ledger = read_ledger(tmp_path / "ledger")
    assert figures.wrong == []
    assert figures.placed == figures.due == 150 == sum(order["kind"] == "sale" for order in orders)
    assert accepted_once(ledger, orders).faults(only_caller=True) == []
    assert len(ledger.expected()) == len(orders)
    assert figures.errors.keys() > {"503", "timeout"}
    assert figures.retries == figures.errors.total()


def test_a_life_is_lived_to_its_end(seed: int) -> None:
    with open_shop() as shop:
        figures = loaded(quick(seed, 100), shop.url).figures

    expected = Counter(step.verb for number in range(100) for step in life(seed, number).steps)
    assert {name: call.accepted for name, call in figures.calls.items() if name != "repeat"} == expected
    assert (figures.wrong, figures.errors, figures.refusals) == ([], {}, {})


def test_a_call_that_is_sent_twice_has_one_key_and_one_effect() -> None:
    seed = _seed_of(lambda repeats: {wait == 0 for wait in repeats} == {True, False})
    with open_shop() as shop:
        figures = loaded(quick(seed, 60), shop.url).figures

    repeats = sum(step.repeated_after is not None for number in range(60) for step in life(seed, number).steps)
    twice = [key for key, count in Counter(one.key for one in shop.asked).items() if count == 2]
    assert len(twice) == figures.calls["repeat"].accepted == repeats
    assert (figures.placed, len(shop.book.answers)) == (60, len(shop.asked) - repeats)


def test_a_call_that_stays_unanswered_is_noted_as_unknown(seed: int, tmp_path: Path) -> None:
    with open_shop(fault=lambda _before, asked: None if asked.path == "/orders" else "lose") as shop:
        with DurableLedger(tmp_path / "ledger") as kept:
            figures = loaded(quick(seed, 40), shop.url, ledger=kept, patience=Patience(deadline=0.5, first_wait=0.01)).figures
        orders = shop.orders()

    ledger = read_ledger(tmp_path / "ledger")
    assert set() < {one.key for one in shop.asked if one.path != "/orders"} <= {one.key for one in ledger.unknown}
    assert sum(call.unknown for call in figures.calls.values()) == len(ledger.unknown)
    assert accepted_once(ledger, orders).faults(only_caller=True) == []


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412, 422])
def test_a_refusal_ends_a_life_and_is_not_sent_again(seed: int, status: int) -> None:
    with open_shop(lie=lambda _: (status, {"detail": "no"})) as shop:
        figures = loaded(quick(seed, 20), shop.url).figures

    assert figures.refusals[f"place {status}"] == figures.calls["place"].refused == 20
    assert len(placing(shop.asked)) == len(shop.asked) == 20 + figures.calls["repeat"].refused
    assert figures.wrong_count == (0 if status in {409, 412} else 20)


Lie = Literal["total", "version", "anew"]


@pytest.mark.parametrize(
    ("lie", "told"),
    [("total", "total_minor is"), ("version", "version is"), ("anew", "the same key gave different answers")],
)
def test_a_wrong_answer_is_found(lie: Lie, told: str) -> None:
    seed = _seed_of(lambda repeats: len(repeats) > 2)
    with open_shop() as shop:
        shop.lie = _lie(shop, lie)
        figures = loaded(quick(seed, 60), shop.url).figures

    assert figures.wrong_count > 0
    assert told in figures.wrong[0]


def test_a_load_that_is_stopped_ends_with_what_it_has(seed: int, tmp_path: Path) -> None:
    def stop(running: Load, figures: Figures) -> None:
        if figures.placed >= 10:
            running.stop()

    with open_shop() as shop, DurableLedger(tmp_path / "ledger") as kept:
        running = loaded(Plan(rate=100, seconds=600, seed=seed), shop.url, ledger=kept, progress=stop)

    assert running.stopped
    assert 10 <= running.figures.placed == running.figures.due < 60_000
    assert accepted_once(read_ledger(tmp_path / "ledger"), shop.orders()).faults(only_caller=True) == []


def test_a_load_that_is_stopped_twice_notes_calls_under_way_as_unknown(seed: int, tmp_path: Path) -> None:
    def stop(running: Load, figures: Figures) -> None:
        if figures.due >= 20:
            running.stop()

    with open_shop(fault=lambda _before, _asked: "stall") as shop, DurableLedger(tmp_path / "ledger") as kept:
        patience = Patience(attempt=600, deadline=600)
        running = loaded(Plan(rate=100, seconds=600, seed=seed), shop.url, ledger=kept, patience=patience, progress=stop)

    assert running.figures.calls["place"].unknown == running.figures.due
    ledger = read_ledger(tmp_path / "ledger")
    assert len({one.key for one in ledger.unknown if one.call == "place"}) == running.figures.due


def test_a_ledger_that_cannot_be_written_ends_the_load(seed: int, tmp_path: Path) -> None:
    class Full(NoLedger):
        async def keep(self, lines: bytes) -> None:
            raise EnvironmentFault("the disk is full")

    with open_shop() as shop, pytest.raises(EnvironmentFault, match="the disk is full"):
        loaded(Plan(rate=100, seconds=600, seed=seed), shop.url, ledger=Full())


def test_an_address_where_nobody_answers_is_told_at_once(seed: int) -> None:
    with open_shop() as shop:
        url = shop.url

    with pytest.raises(ApiError, match=f"no API answers at {url}"):
        loaded(quick(seed, 1), url)


def _seed_of(fits: Callable[[list[float]], bool]) -> int:
    """The first seed whose lives have repeats that fit."""
    for seed in range(1_000):
        repeats = [step.repeated_after for number in range(60) for step in life(seed, number).steps]
        if fits([wait for wait in repeats if wait is not None]):
            return seed
    raise AssertionError("no seed fits")


def _lie(shop: FaultyShop, lie: Lie) -> Callable[[Answer], Answer]:
    def told(answer: Answer) -> Answer:
        status, document = answer
        if lie == "anew":
            # as a service would that forgets its keys
            is_repeated = [one.key for one in shop.asked].count(shop.asked[-1].key) > 1
            return status, document | {"order_id": "another"} if is_repeated and "order_id" in document else document
        return status, document | {"total": {"total_minor": -1}, "version": {"version": 7}}[lie]

    return told
