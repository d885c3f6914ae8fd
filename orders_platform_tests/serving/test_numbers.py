"""Numbers as people of both languages write them, and a text for everything in both."""

from dataclasses import fields
from datetime import date, timedelta
from string import Formatter

import pytest

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.checks import CHECKS
from orders_platform.serving.english import ENGLISH_WORDS
from orders_platform.serving.languages import LANGUAGES, language_of
from orders_platform.serving.meanings import meaning
from orders_platform.serving.numbers import ENGLISH, PORTUGUESE
from orders_platform.serving.portuguese import PORTUGUESE_WORDS
from orders_platform_tests.serving.shop import NOW


def test_money_has_the_decimals_of_its_currency() -> None:
    told = [ENGLISH.money(minor, currency) for minor, currency in ((123456789, "GBP"), (-5, "EUR"), (1500, "JPY"), (1500, "KWD"))]

    assert told == ["1,234,567.89", "\u22120.05", "1,500", "1.500"]
    assert PORTUGUESE.money(123456789, "BRL") == "1.234.567,89"


@pytest.mark.parametrize(("seconds", "told"), [(1.24, "1,2 s"), (75, "75 s"), (600, "10 min"), (7300, "2 h"), (86400 * 3, "3 d")])
def test_a_span_is_told_in_its_largest_unit(seconds: float, told: str) -> None:
    assert PORTUGUESE.span(seconds) == told


def test_a_clock_that_was_set_back_makes_no_negative_age() -> None:
    assert ENGLISH.age(NOW + timedelta(seconds=5), NOW) == "0 s"


def test_a_day_is_told_in_both_languages() -> None:
    assert (ENGLISH.day(date(2019, 2, 28)), PORTUGUESE.day(date(2019, 2, 28))) == ("Thu 28 Feb 2019", "qui. 28 fev. 2019")


def test_small_shares_have_a_decimal() -> None:
    assert [ENGLISH.percent(share) for share in (0, 0.0412, 0.62)] == ["0%", "4.1%", "62%"]
    assert [ENGLISH.change(share) for share in (0.1, -0.136)] == ["+10%", "\u221214%"]


def test_both_languages_fill_in_the_same() -> None:
    for field in fields(ENGLISH_WORDS):
        texts = [getattr(words, field.name) for words in (ENGLISH_WORDS, PORTUGUESE_WORDS)]
        if field.name != "numbers":
            assert _blanks(texts[0]) == _blanks(texts[1]), field.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_check_and_rule_says_what_it_demands(language: str) -> None:
    assert [
        name for name in {check.name for check in CHECKS} | {rule.name for rule in RULES} if not meaning(name, language)
    ] == []


@pytest.mark.parametrize(("asked", "given"), [("pt-PT", "pt-BR"), ("PT", "pt-BR"), ("en-GB", "en"), ("de", "en"), (None, "en")])
def test_a_browsers_language_is_taken_where_it_is_ours(asked: str | None, given: str) -> None:
    assert language_of(asked) == given


def _blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
