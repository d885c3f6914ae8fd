"""Each repair makes the rules hold that it is for, and leaves alone what it is not for."""

import json

import pytest

from orders_platform.contracts.judging import broken_rules
from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.quarantine.repairs import REPAIRS
from orders_platform.lakehouse.quarantine.words import LANGUAGES, told
from orders_platform_tests.builders import Json, a_cancellation, an_event, body, changed, with_data

GOOD = an_event()
SOLD = an_event("C1", kind="cancellation", status="cancelled")
ESCAPED = body(GOOD).replace(b'"country"', b'"\\u0065mail":"ana@example.com","country"')
# a repair, what it is for, and what must be left as it was
MENDED: tuple[tuple[str, bytes, Json], ...] = (
    ("total_from_lines", body(with_data(GOOD, total_minor=1)), GOOD),
    ("ids_from_order", body(changed(GOOD, id="x", subject="o2", partitionkey="o3")), GOOD),
    ("cancelled_below_zero", body(SOLD), a_cancellation("C1")),
    ("times_in_utc", body(with_data(changed(GOOD, time="2019-02-01T10:00:00"), placed_at="2019-02-01T10:00:00.5")), GOOD),
    ("without_personal_fields", body({**with_data(GOOD, buyer={"E-Mail": "a", "cpf": "1"}), "phone": [{"name": "Ana"}]}), GOOD),
    ("without_personal_fields", ESCAPED, GOOD),
)


@pytest.mark.parametrize(("name", "broken", "_"), MENDED)
def test_a_repaired_body_holds_every_rule(name: str, broken: bytes, _: Json) -> None:
    assert set(broken_rules(broken)) & set(REPAIRS[name].rules)

    assert broken_rules(REPAIRS[name](broken)) == ()


@pytest.mark.parametrize(("name", "broken", "meant"), [each for each in MENDED if each[0] != "times_in_utc"])
def test_nothing_else_of_the_event_changes(name: str, broken: bytes, meant: Json) -> None:
    repaired = json.loads(REPAIRS[name](broken) or b"")

    repaired["data"].pop("buyer", None)
    assert repaired == meant


@pytest.mark.parametrize("name", REPAIRS)
@pytest.mark.parametrize(
    "left",
    [body(GOOD), body(a_cancellation()), b"no JSON", b"", None, b"[1]", b"{}", b'{"id":"a","id":"b","data":{}}'],
)
def test_a_body_without_the_fault_stays_byte_for_byte(name: str, left: bytes | None) -> None:
    assert REPAIRS[name](left) == left


@pytest.mark.parametrize("name", REPAIRS)
def test_a_second_repair_changes_nothing(name: str) -> None:
    for _, broken, _ in MENDED:
        once = REPAIRS[name](broken)

        assert REPAIRS[name](once) == once


@pytest.mark.parametrize("event", [with_data(GOOD, lines=None), with_data(GOOD, lines=[{"quantity": 2}]), {"data": None}])
def test_an_event_that_lacks_fields_is_no_reason_to_fail(event: Json) -> None:
    for repair in REPAIRS.values():
        assert json.loads(repair(body(event)) or b"").get("data", None) is not False


def test_every_reason_is_told_in_both_languages_with_what_to_do() -> None:
    names = [rule.name for rule in RULES if rule.action == "quarantine"]

    english, portuguese = (told(names, language) for language in LANGUAGES)

    assert [each.rule for each in english] == names
    assert all(one.demands != other.demands and one.to_do != other.to_do for one, other in zip(english, portuguese, strict=True))
    assert {name for each in english for name in REPAIRS if f"--repair {name}:" in each.to_do} == set(REPAIRS)


def test_a_repair_is_for_rules_that_are_there() -> None:
    assert {rule for repair in REPAIRS.values() for rule in repair.rules} <= {rule.name for rule in RULES}


def test_a_rule_that_is_no_longer_there_is_told_by_its_name() -> None:
    assert told(["of_last_year"])[0].demands == "of_last_year"
