"""What the page shows of a body that was set aside: its shape, and never a word that may be a person's."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from orders_platform.contracts.reading import LINE_SHAPE, SHAPE
from orders_platform.serving.covered import COVERED, covered
from orders_platform_tests.builders import an_event, body, with_data

FIELDS = (*SHAPE, *SHAPE["data"], *LINE_SHAPE)
PERSON = "jane@example.com"
# a person anywhere: as a value of any field, as a field, beneath one, twice
VALUES = some.recursive(
    some.just(PERSON) | some.none() | some.booleans() | some.integers() | some.floats(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from([*FIELDS, PERSON]), inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_a_person_is_covered_wherever_the_name_stands(value: object) -> None:
    shown = covered(json.dumps({"data": value}).encode())

    assert "jane" not in (shown or "")


@given(some.binary(max_size=300))
def test_what_is_no_json_is_not_shown(raw: bytes) -> None:
    shown = covered(b"jane" + raw)

    assert shown is None


def test_what_broke_a_rule_of_numbers_words_or_times_is_seen() -> None:
    event = with_data(an_event("order-of-jane", customer_ref="jane"), total_minor=1, currency="GBP", status="sold to jane")

    shown = covered(body(event)) or ""

    assert '"total_minor": 1' in shown
    assert '"currency": "GBP"' in shown
    assert f'"status": {COVERED}' in shown
    assert f'"customer_ref": {COVERED}' in shown
    assert f'"order_id": {COVERED}' in shown
    assert "jane" not in shown


@pytest.mark.parametrize(
    "value",
    [
        {"phone": 5551234},
        {"total_minor": 44_7700_900_123},
        {"country": "jane"},
        {"placed_at": "at jane's"},
        {"jane": {"quantity": 7}},
    ],
    ids=["unknown field", "long number", "free text", "no time", "beneath an unknown field"],
)
def test_what_only_looks_harmless_is_covered(value: dict[str, Any]) -> None:
    shown = covered(json.dumps({"data": value}).encode()) or ""

    assert not {"jane", "5551234", "447700900123", "7"} & {word.strip('",: ') for word in shown.split()}
    assert COVERED in shown


def test_a_field_that_stands_twice_is_seen_twice() -> None:
    assert covered(b'{"data": {"quantity": 1, "quantity": 2}}') == '{\n  "data": {\n    "quantity": 1,\n    "quantity": 2\n  }\n}'


@pytest.mark.parametrize("raw", [b"", None, b"[" * 100_000, b'{"a": ' * 50_000, b'"' + b"x" * 300_000 + b'"'])
def test_what_cannot_be_laid_out_is_left_out(raw: bytes | None) -> None:
    assert covered(raw) is None
