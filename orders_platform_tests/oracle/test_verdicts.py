"""The oracle's own rules against the corpora, and against the contract's reader."""

from zoneinfo import ZoneInfo

import pytest

from orders_platform.contracts.rules import RULES
from orders_platform_tests.harmless import harmless_corpus
from orders_platform_tests.oracle.fold import CONFLICT
from orders_platform_tests.oracle.verdicts import BODY_RULES, EVENT_RULES, LINES_RULES, judge
from orders_platform_tests.poison import Poison, poison_corpus

UTC_ZONE = ZoneInfo("UTC")


def test_the_oracle_judges_every_rule() -> None:
    """A rule that is added must be added here too, or nobody checks it."""
    judged = {*BODY_RULES, *EVENT_RULES, *LINES_RULES, CONFLICT}

    assert judged == {rule.name for rule in RULES if rule.action == "quarantine"}


@pytest.mark.parametrize("poison", poison_corpus(), ids=lambda poison: poison.name)
def test_poison_is_told_by_its_reasons(poison: Poison) -> None:
    """Each bad body breaks exactly the rules that its writer says."""
    event, reasons = judge(poison.body, UTC_ZONE)

    assert event is None
    assert reasons == poison.reasons if poison.reasons is not None else reasons


@pytest.mark.parametrize(("name", "body"), harmless_corpus())
def test_an_odd_body_passes_when_it_breaks_no_rule(name: str, body: bytes) -> None:
    """What is merely odd is kept."""
    event, reasons = judge(body, UTC_ZONE)

    assert event is not None, (name, reasons)
