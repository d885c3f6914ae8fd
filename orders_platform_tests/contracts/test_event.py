"""Events as values: built, written, read back."""

import json
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from orders_platform.contracts.event import InvalidEvent, OrderLine, ProductNo, parse, to_bytes
from orders_platform_tests.contracts.orders import AT, an_event


def test_event_comes_back_as_it_was_when_its_bytes_are_parsed() -> None:
    event = an_event(order_version=3, customer_ref="13090", country='Côte d"Ivoire', occurred_at=AT + timedelta(microseconds=5))

    assert parse(to_bytes(event)) == event


def test_id_depends_on_order_and_version_alone() -> None:
    assert an_event(status="paid").id == an_event().id == str(uuid.uuid5(uuid.NAMESPACE_URL, "536598:1"))
    assert an_event(order_version=2).id != an_event().id


def test_same_event_makes_the_same_bytes() -> None:
    assert to_bytes(an_event()) == to_bytes(an_event())


def test_total_is_the_sum_of_the_lines() -> None:
    lines = (OrderLine(1, ProductNo("a"), "A", 1050, 3), OrderLine(2, ProductNo("a"), "A", 1050, 3))

    assert json.loads(to_bytes(an_event(lines=lines)))["data"]["total_minor"] == 6300


def test_times_are_written_in_utc_when_they_come_with_another_offset() -> None:
    brasilia = timezone(timedelta(hours=-3))

    body = json.loads(to_bytes(an_event(placed_at=datetime(2018, 12, 3, 6, 15, 30, tzinfo=brasilia))))

    assert body["data"]["placed_at"] == "2018-12-03T09:15:30Z"


def test_parse_names_every_broken_rule_in_the_order_of_the_list() -> None:
    body = json.loads(to_bytes(an_event()))
    body["data"] |= {"currency": "gbp", "total_minor": 1, "cpf": "123"}

    with pytest.raises(InvalidEvent) as caught:
        parse(json.dumps(body).encode())

    assert caught.value.reasons == ("total_matches", "currency_iso", "no_personal_fields")
