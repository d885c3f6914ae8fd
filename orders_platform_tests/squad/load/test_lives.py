"""Lives of orders: repeatable, allowed by the shop's rules, and plausible."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from orders_platform.squad.load.asking import METHODS, body, path
from orders_platform.squad.load.catalogue import MOST_LINES
from orders_platform.squad.load.expecting import Stand, documents, placed, wrong
from orders_platform.squad.load.lives import VERBS, Life, life
from orders_platform_tests.squad.load.book import Book

SEEDS = st.integers(0, 2**32)
NUMBERS = st.integers(0, 10**6)
MANY = [life(1, number) for number in range(4_000)]
STEPS = [step for one in MANY for step in one.steps]


@given(SEEDS, NUMBERS)
def test_a_life_is_the_same_whenever_it_is_made(seed: int, number: int) -> None:
    assert life(seed, number) == life(seed, number)
    assert life(seed, number).steps != life(seed, number + 1).steps != life(seed + 1, number + 1).steps


@given(SEEDS, NUMBERS)
def test_every_step_is_allowed_and_its_answer_is_foretold(seed: int, number: int) -> None:
    assert lived(life(seed, number)) == []


@given(SEEDS, NUMBERS)
def test_steps_follow_within_seconds(seed: int, number: int) -> None:
    first, *later = life(seed, number).steps

    assert (first.verb, first.after) == ("place", 0)
    assert all(0 < step.after <= 3 for step in later)
    assert all(step.repeated_after is None or 0 <= step.repeated_after <= 5 for step in (first, *later))


def test_orders_have_1_to_60_lines_about_12_on_average() -> None:
    sizes = [len(one.steps[0].lines) for one in MANY]

    assert (min(sizes), max(sizes)) == (1, MOST_LINES)
    assert 11.5 < sum(sizes) / len(sizes) < 12.5


def test_all_that_may_happen_happens() -> None:
    verbs = Counter(step.verb for step in STEPS)

    assert verbs["place"] == len(MANY)
    assert all(verbs[verb] > len(MANY) / 20 for verb in VERBS)
    assert {step.units is None for step in STEPS if step.verb == "cancel"} == {True, False}


def test_one_call_in_a_hundred_is_sent_twice_some_at_the_same_moment() -> None:
    repeated = [step.repeated_after for step in STEPS if step.repeated_after is not None]

    assert 0.005 < len(repeated) / len(STEPS) < 0.015
    assert 0.3 < repeated.count(0.0) / len(repeated) < 0.7


def test_most_pay_in_pounds_and_a_product_has_one_price_in_a_currency() -> None:
    currencies = Counter(one.currency for one in MANY)
    prices = {(one.currency, line.product_no, line.unit_price_minor) for one in MANY for line in one.steps[0].lines}

    assert currencies["GBP"] > 0.8 * len(MANY)
    assert len(currencies) == 5
    assert len(prices) == len({(currency, product) for currency, product, _ in prices})


def lived(one: Life) -> list[str]:
    """What is wrong with any answer to the life, by rules that know nothing of how lives are made."""
    book, order_id = Book(), None
    faults: list[str] = []
    stand: Stand | None = None
    for number, step in enumerate(one.steps):
        version = f'"{stand.version}"' if stand and step.verb == "amend" else None
        where, sent = path(step, order_id), body(one, step)
        _, (status, answer) = book.call(METHODS[step.verb], where, f"key-{number}", body=sent, version=version)
        if status >= 300:
            return [*faults, f"{step.verb} was refused with {status}"]
        faults += wrong(one, step, before=stand, order_id=order_id, answer=answer)
        order_id = order_id or documents(answer)[0]["order_id"]
        stand = stand.after(step) if stand else placed(step)
    return faults
