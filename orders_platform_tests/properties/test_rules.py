"""The rules are written more than once; both readings in Python agree on whatever a sender may do to an event."""

from zoneinfo import ZoneInfo

from hypothesis import given, settings

from orders_platform.contracts.judging import broken_rules
from orders_platform_tests.harmless import harmless_corpus
from orders_platform_tests.odd_bodies import odd_bodies
from orders_platform_tests.oracle.verdicts import judge
from orders_platform_tests.poison import poison_corpus
from orders_platform_tests.strategies import damaged, tampered


def test_both_readings_agree_on_every_corpus() -> None:
    bodies = [*((poison.name, poison.body) for poison in poison_corpus()), *harmless_corpus()]

    told = {name: (set(broken_rules(body)), set(judge(body, ZoneInfo("UTC"))[1])) for name, body in bodies}

    assert {name: pair for name, pair in told.items() if pair[0] != pair[1]} == {}


@given(tampered())
@settings(max_examples=300)
def test_both_readings_agree_when_fields_are_tampered_with(message: bytes) -> None:
    assert judge(message, ZoneInfo("UTC"))[1] == set(broken_rules(message))


@given(damaged())
@settings(max_examples=300)
def test_both_readings_agree_when_bytes_are_damaged(message: bytes) -> None:
    assert judge(message, ZoneInfo("UTC"))[1] == set(broken_rules(message))


@given(odd_bodies())
@settings(max_examples=300)
def test_both_readings_agree_on_what_readers_of_json_read_differently(message: bytes) -> None:
    assert judge(message, ZoneInfo("UTC"))[1] == set(broken_rules(message))
