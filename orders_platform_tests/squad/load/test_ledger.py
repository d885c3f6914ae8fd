"""The ledger is read as it was written, and lost, doubled and altered orders are found by it."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_platform.errors import InputError
from orders_platform.squad.load.ledger import (
    Accepted,
    Ledger,
    Totals,
    Unknown,
    accepted_once,
    entries,
    read_ledger,
    unknown_entry,
)

AT = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
ORDERS = st.builds(
    Accepted,
    order_id=st.sampled_from([f"o{number}" for number in range(8)]),
    version=st.integers(1, 4),
    kind=st.just("sale"),
    status=st.sampled_from(["placed", "paid"]),
    currency=st.sampled_from(["GBP", "EUR"]),
    total_minor=st.integers(0, 10_000),
    placed_at=st.just(AT),
    country=st.just("France"),
    cancels_order_id=st.none(),
)
LEDGERS = st.lists(ORDERS, min_size=1).map(lambda orders: Ledger(tuple(orders)))


def accepted(order_id: str = "o1", **fields: Any) -> Accepted:
    order = Accepted(order_id, 1, "sale", "placed", "GBP", 100, AT, "United Kingdom", None)
    return replace(order, **fields)


def document(order: Accepted) -> dict[str, Any]:
    return {name: getattr(order, name) for name in Accepted.__slots__} | {"lines": [], "customer_ref": None}


def rows(ledger: Ledger) -> list[dict[str, Any]]:
    return [document(order) | {"order_version": order.version} for order in ledger.expected().values()]


def written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    sale, taken = accepted(), accepted("c1", kind="cancellation", total_minor=-40, cancels_order_id="o1")
    lines = entries("cancel", "key-1", [document(taken), document(sale)])
    path = written(tmp_path / "ledger", lines, unknown_entry("pay", "key-2", "o1"))

    assert read_ledger(path) == Ledger((taken, sale), (Unknown("key-2", "pay", "o1"),))
    assert json.loads(lines.splitlines()[0]).keys() == {
        "at", "call", "key", "order_id", "version", "kind", "status", "currency", "total_minor", "placed_at", "country",
        "cancels_order_id",
    }  # fmt: skip


def test_a_torn_last_line_is_told_and_does_not_count(tmp_path: Path) -> None:
    whole, torn = (entries("place", name, [document(accepted(name))]) for name in ("o1", "o2"))

    for size in range(1, len(torn)):
        ledger = read_ledger(written(tmp_path / "ledger", whole, torn[:size]))
        assert (list(ledger.expected()), ledger.torn) == (["o1"], True)
    assert not read_ledger(written(tmp_path / "ledger", whole, torn)).torn


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"order_id": "o1"}', b'{"unknown": "key"}', b""])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: bytes) -> None:
    whole = entries("place", "key", [document(accepted())])

    with pytest.raises(InputError, match="ledger, line 2: is no entry"):
        read_ledger(written(tmp_path / "ledger", whole, line + b"\n", whole))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--ledger"):
        read_ledger(tmp_path / "nowhere")


@given(LEDGERS, st.randoms())
def test_the_highest_version_stands_in_whatever_order_answers_came(ledger: Ledger, dice: Any) -> None:
    shuffled = list(dict.fromkeys(ledger.accepted))
    dice.shuffle(shuffled)
    highest = {order.order_id: order.version for order in sorted(ledger.accepted, key=lambda order: order.version)}

    assert {order: one.version for order, one in Ledger(tuple(shuffled)).expected().items()} == highest


def test_totals_are_by_day_of_the_zone_and_currency() -> None:
    taken = accepted("c1", kind="cancellation", total_minor=-40, placed_at=datetime(2026, 11, 25, 1, tzinfo=UTC))
    ledger = Ledger((accepted(), accepted(version=2, total_minor=150), taken, accepted("o2", currency="EUR")))

    assert ledger.totals() == {
        (date(2026, 11, 25), "GBP"): Totals(orders=1, cancellations=1, gross_minor=150, cancelled_minor=40),
        (date(2026, 11, 25), "EUR"): Totals(orders=1, gross_minor=100),
    }
    assert ledger.totals()[date(2026, 11, 25), "GBP"].net_minor == 110
    assert ledger.totals(ZoneInfo("Asia/Tokyo"))[date(2026, 11, 26), "GBP"].gross_minor == 150


@given(LEDGERS)
def test_a_table_with_every_order_once_breaks_nothing(ledger: Ledger) -> None:
    assert accepted_once(ledger, rows(ledger)).faults(only_caller=True) == []


@given(LEDGERS, st.data())
def test_every_order_that_is_missing_or_there_twice_is_found(ledger: Ledger, data: st.DataObject) -> None:
    found = data.draw(st.lists(st.sampled_from(rows(ledger))))
    counts = Counter(row["order_id"] for row in found)

    comparison = accepted_once(ledger, found)

    assert set(comparison.lost) == ledger.expected().keys() - counts.keys()
    assert set(comparison.doubled) == {order for order, count in counts.items() if count > 1}
    assert comparison.differing == ()


@pytest.mark.parametrize(
    ("name", "right", "other"),
    [("order_version", 1, 2), ("total_minor", 100, 99), ("currency", "GBP", "EUR"), ("kind", "sale", "cancellation")],
)
def test_an_order_that_is_not_as_it_was_accepted_is_found(name: str, right: object, other: object) -> None:
    ledger = Ledger((accepted(),))

    faults = accepted_once(ledger, [rows(ledger)[0] | {name: other}]).faults()

    assert faults == [f"o1: {name} is {other!r}, accepted was {right!r}"]


def test_a_call_of_unknown_outcome_may_have_taken_its_order_further_but_not_back() -> None:
    ledger = Ledger((accepted(version=2),), (Unknown("key", "amend", "o1"),))
    row = rows(ledger)[0]

    assert accepted_once(ledger, [row | {"order_version": 3, "total_minor": 7}]).faults() == []
    assert accepted_once(ledger, [row | {"order_version": 1}]).faults() != []
    assert accepted_once(ledger, [row | {"total_minor": 7}]).faults() != []


def test_an_order_of_which_nobody_was_told_needs_a_call_of_unknown_outcome() -> None:
    told = Ledger((accepted(),))
    found = [*rows(told), rows(told)[0] | {"order_id": "o2"}]

    assert accepted_once(told, found).faults() == []
    assert accepted_once(told, found).faults(only_caller=True) == ["o2 is there, and nobody was told so"]
    assert accepted_once(replace(told, unknown=(Unknown("key", "place", None),)), found).faults(only_caller=True) == []
