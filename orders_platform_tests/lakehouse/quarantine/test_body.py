"""A body is laid out for people, and says nothing of a person unless that is asked for."""

import pytest

from orders_platform.lakehouse.quarantine.body import COVERED, laid_out
from orders_platform_tests.builders import an_event, body, with_data

TOLD = with_data(an_event(), customer_ref="c-77", note={"id": "Ana Souza", "tags": ["ana@example.com"]}, email="ana@example.com")


def test_only_the_contracts_own_values_are_shown() -> None:
    told = laid_out(body(TOLD))

    assert [word for word in ("c-77", "Ana", "ana@example.com") if word in told] == []
    assert '"order_id": "o1"' in told
    assert f'"email": {COVERED}' in told
    assert '"total_minor": 1000' in told


def test_everything_is_shown_when_that_is_asked_for() -> None:
    told = laid_out(body(TOLD), personal=True)

    assert [word for word in ("c-77", "Ana Souza", "ana@example.com") if word not in told] == []
    assert COVERED not in told


def test_a_missing_customer_is_seen_to_be_missing() -> None:
    assert '"customer_ref": null' in laid_out(body(with_data(TOLD, customer_ref=None)))


def test_a_key_that_stands_twice_is_seen_twice() -> None:
    assert laid_out(b'{"id":"a","id":"b","data":{}}') == '{\n  "id": "a",\n  "id": "b",\n  "data": {}\n}'


@pytest.mark.parametrize("text", [b'{"email":"ana@example.com"', b"\xffana@example.com", b'"ana@example.com"'])
def test_what_is_no_json_object_is_covered_whole(text: bytes) -> None:
    assert "ana@example.com" not in laid_out(text)
    assert "ana@example.com" in laid_out(text, personal=True)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'{"id":' * 5000 + b"1" + b"}" * 5000])
def test_a_body_nested_without_end_is_told_of(text: bytes) -> None:
    assert "no JSON" in laid_out(text)


def test_nothing_reaches_the_terminal_that_it_would_obey() -> None:
    event = {**an_event(), "id": "\x1b[2Jwiped\x9b1m\u202e"}

    assert [each for each in laid_out(body(event)) + laid_out(b"\x1b]0;x\x07", personal=True) if not each.isprintable()] == [
        "\n"
    ] * laid_out(body(event)).count("\n")


def test_an_empty_body_is_called_empty() -> None:
    assert laid_out(None) == laid_out(b"") == "(empty)"
