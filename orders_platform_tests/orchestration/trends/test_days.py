"""What of a day is unlike its weekday, and what is not held against it."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from orders_platform.lakehouse.day_totals import DayTotals, Totals
from orders_platform.orchestration.trends.checks import verdict
from orders_platform.orchestration.trends.days import last_trading_day
from orders_platform.orchestration.trends.usual import Usual

THURSDAY = date(2026, 11, 26)
ALL_BUT_TUESDAY = frozenset({0, 2, 3, 4, 5, 6})


def a_day(day: date, orders: int, *, mean: int = 5_000, cancelled: float = 0.05, currency: str = "GBP") -> DayTotals:
    gross = orders * mean
    return DayTotals(day, currency, orders, 2, gross, int(gross * cancelled), int(gross * (1 - cancelled)))


def past(weeks: int, *, orders: int = 200) -> Iterator[DayTotals]:
    """Thursdays that differ by a few orders, and Wednesdays that would mislead."""
    for week in range(1, weeks + 1):
        yield a_day(THURSDAY - timedelta(weeks=week), orders + 5 * (week % 3))
        yield a_day(THURSDAY - timedelta(weeks=week, days=1), 3 * orders)


def said_of(today: list[DayTotals], *, weeks: int = 8) -> str | None:
    answer = verdict(THURSDAY, Totals(7, (*past(weeks), *today)))
    assert answer.passed is (not answer.description or answer.description.startswith("too little"))
    return answer.description


def test_a_usual_day_says_nothing() -> None:
    assert said_of([a_day(THURSDAY, 212)]) is None


@pytest.mark.parametrize(
    ("today", "named"),
    [
        ([], "orders in GBP: 0.00, usually 205.00"),
        ([a_day(THURSDAY, 60)], "orders in GBP: 60.00"),
        ([a_day(THURSDAY, 900)], "orders in GBP: 900.00"),
        ([a_day(THURSDAY, 205, mean=500)], "mean order in GBP: 5.00, usually 50.00"),
        ([a_day(THURSDAY, 205, cancelled=0.4)], "percent cancelled in GBP: 40.00, usually 5.00"),
        ([a_day(THURSDAY, 205), a_day(THURSDAY, 205, currency="EUR")], "orders in EUR: 205.00, usually 0.00"),
    ],
    ids=["none", "few", "many", "cheap", "cancelled", "another currency"],
)
def test_an_odd_day_is_named_with_what_is_usual(today: list[DayTotals], named: str) -> None:
    said = said_of(today)

    assert said is not None
    assert said.startswith(f"{THURSDAY} is unlike its weekday of 8 weeks: ")
    assert named in said


def test_one_odd_week_in_the_past_changes_nothing() -> None:
    odd = THURSDAY - timedelta(weeks=3)
    before = [each for each in past(8) if each.day != odd]

    assert verdict(THURSDAY, Totals(7, (*before, a_day(odd, 4_000), a_day(THURSDAY, 212)))).passed


def test_too_short_a_past_is_said_and_no_alarm() -> None:
    assert said_of([a_day(THURSDAY, 1)], weeks=3) == f"too little to hold {THURSDAY} against: 3 weeks, and 4 are needed"


def test_a_day_of_few_orders_has_no_usual_basket() -> None:
    few = [a_day(THURSDAY - timedelta(weeks=week), 5) for week in range(1, 9)]

    assert verdict(THURSDAY, Totals(7, (*few, a_day(THURSDAY, 5, mean=900_000)))).passed


def test_the_numbers_are_there_to_be_plotted() -> None:
    answer = verdict(THURSDAY, Totals(7, (*past(8), a_day(THURSDAY, 212))))

    assert set(answer.metadata) == {"day", "weeks", "table_version", "orders GBP", "mean order GBP", "percent cancelled GBP"}


@pytest.mark.parametrize(
    ("today", "last"),
    [(THURSDAY, date(2026, 11, 25)), (date(2026, 11, 25), date(2026, 11, 23)), (date(2026, 11, 24), date(2026, 11, 23))],
)
def test_the_day_before_is_the_last_on_which_the_shop_sells(today: date, last: date) -> None:
    assert last_trading_day(today, ALL_BUT_TUESDAY) == last


def test_what_lies_within_the_past_is_never_odd() -> None:
    seed = random.randrange(2**32)
    cases = random.Random(seed)
    for _ in range(200):
        values = [cases.randint(80, 120) for _ in range(8)]
        assert not Usual(cases.choice(values), values).is_odd, f"seed {seed}: {values}"
