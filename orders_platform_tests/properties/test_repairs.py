"""Whatever a body holds, nothing that handles it in the quarantine fails: one message would stop all others of a release."""

import pytest
from hypothesis import given, settings

from orders_platform.contracts.judging import broken_rules
from orders_platform.lakehouse.quarantine.body import laid_out
from orders_platform.lakehouse.quarantine.repairs import REPAIRS
from orders_platform_tests.harmless import harmless_corpus
from orders_platform_tests.odd_bodies import odd_bodies
from orders_platform_tests.poison import poison_corpus

CORPUS = [*((poison.name, poison.body) for poison in poison_corpus()), *harmless_corpus()]


@given(odd_bodies())
@settings(max_examples=200)
def test_any_body_is_repaired_or_left_as_it_is(message: bytes) -> None:
    _holds(message)


@pytest.mark.parametrize("message", [body for _, body in CORPUS], ids=[name for name, _ in CORPUS])
def test_each_body_of_the_corpus_is_repaired_or_left_as_it_is(message: bytes | None) -> None:
    _holds(message)


@given(odd_bodies())
@settings(max_examples=200)
def test_any_body_is_laid_out_in_signs_that_a_terminal_can_show(message: bytes) -> None:
    for personal in (False, True):
        text = laid_out(message, personal=personal)

        assert text.encode()
        assert all(line.isprintable() for line in text.replace("\t", "").split("\n"))


def _holds(message: bytes | None) -> None:
    """A repair breaks no rule that the body kept, but that a true total may be too large; a second one changes nothing."""
    for repair in REPAIRS.values():
        repaired = repair(message)

        assert set(broken_rules(repaired)) <= {*broken_rules(message), "amounts_within_limits"}
        assert repair(repaired) == repaired
