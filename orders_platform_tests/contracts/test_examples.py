"""The published examples keep or break exactly the rule that their name says."""

import json

import pytest

from orders_platform.contracts.compatibility import validator
from orders_platform.contracts.event import InvalidEvent, parse
from orders_platform.contracts.judging import broken_rules, warnings
from orders_platform.contracts.published import bad_examples, good_examples, schema_text
from orders_platform.contracts.rules import MAX_BODY_BYTES, RULES
from orders_platform_tests.contracts.orders import an_event

GOOD, BAD = good_examples(), bad_examples()
# What only the rules see, since a schema knows neither sums nor uniqueness nor the raw text.
BEYOND_SCHEMA = {
    "id_matches", "subject_matches", "total_matches", "no_personal_fields", "well_formed",
    "dates_plausible", "currency_iso", "line_numbers_unique", "cancels_only_cancellations",
    "order_id_plain",
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_good_example_passes_schema_and_parse(name: str) -> None:
    faults = [fault.message for fault in validator(json.loads(schema_text())).iter_errors(json.loads(GOOD[name]))]

    assert faults == []
    assert parse(GOOD[name]).order.lines


@pytest.mark.parametrize("name", BAD)
def test_bad_example_breaks_its_rule_and_no_other(name: str) -> None:
    with pytest.raises(InvalidEvent) as caught:
        parse(BAD[name])

    assert caught.value.reasons == (name.split("__", maxsplit=1)[0],)


@pytest.mark.parametrize("name", [name for name in BAD if name.split("__")[0] not in BEYOND_SCHEMA])
def test_schema_refuses_what_it_can_express(name: str) -> None:
    assert not validator(json.loads(schema_text())).is_valid(json.loads(BAD[name]))


def test_every_rule_on_a_body_has_a_bad_example() -> None:
    rules = {rule.name for rule in RULES if rule.expression and rule.severity == "error"}

    assert rules - {name.split("__")[0] for name in BAD} == {"size_within_limit"}  # tested below: a file of 900 kB helps nobody


def test_body_is_refused_when_it_is_larger_than_the_hub_takes() -> None:
    good = GOOD["sale_placed"].strip()

    assert broken_rules(good.ljust(MAX_BODY_BYTES)) == ()
    assert broken_rules(good.ljust(MAX_BODY_BYTES + 1)) == ("size_within_limit",)


def test_warnings_do_not_refuse_an_event() -> None:
    assert warnings(GOOD["sale_unknown_customer_and_status"]) == ("status_known", "customer_known")
    assert an_event(status="packed").order.status == "packed"


def test_missing_body_is_not_well_formed() -> None:
    assert broken_rules(None) == ("well_formed",)
