"""Which days are compared, which differ, and how that is told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders_platform.lakehouse.day_totals import SUMS, DayTotals
from orders_platform.orchestration.squad.answers import AcceptedDay, Outbox
from orders_platform.orchestration.squad.comparing import MOST_ROWS, Comparison, as_table, compare, open_days

DAY, NEXT = date(2026, 11, 2), date(2026, 11, 3)
EMPTY = Outbox(0, 0.0, 0)


def totals(day: date = DAY, currency: str = "GBP", **sums: int) -> DayTotals:
    values = {"orders": 12, "cancellations": 1, "gross_minor": 30_000, "cancelled_minor": 1_000, "net_minor": 29_000}
    return DayTotals(day, currency, **(values | sums))


def accepted(unchanged_seconds: float, day: date = DAY, currency: str = "GBP") -> AcceptedDay:
    return AcceptedDay(day, currency, 12, 1, 30_000, 1_000, 29_000, unchanged_seconds)


def never(_day: date) -> bool:
    return False


@pytest.mark.parametrize(
    ("unchanged", "oldest", "elapsed", "is_open"),
    [
        (900.0, 0.0, 0.0, False),
        (899.9, 0.0, 0.0, True),
        (960.0, 0.0, 60.0, False),
        (959.9, 0.0, 60.0, True),
        (5000.0, 4999.9, 0.0, False),
        (5000.0, 5000.0, 0.0, True),
        (5000.0, 4950.0, 60.0, True),
        (5000.0, 4939.9, 60.0, False),
    ],
    ids=[
        "quiet long enough", "changed just now", "quiet before gold was asked", "changed too short before gold was asked",
        "the outbox holds younger events", "the outbox holds the last", "the outbox held it", "the outbox held younger ones",
    ],
)  # fmt: skip
def test_a_day_is_open_while_its_last_change_may_not_be_in_gold(
    unchanged: float, oldest: float, elapsed: float, *, is_open: bool
) -> None:
    found = open_days([accepted(unchanged)], Outbox(1, oldest, 0), elapsed)

    assert found == (frozenset({DAY}) if is_open else frozenset())


def test_one_currency_in_motion_keeps_its_whole_day_open() -> None:
    rows = [accepted(1e6), accepted(1.0, currency="EUR"), accepted(1e6, NEXT)]

    assert open_days(rows, EMPTY, 0.0) == {DAY}


def test_an_open_day_is_counted_and_not_compared() -> None:
    found = compare([totals(), totals(NEXT)], [totals()], NEXT.__eq__)

    assert found == Comparison((DAY,), (NEXT,), ())


def test_nothing_on_either_side_is_nothing_to_compare() -> None:
    assert compare([], [], never) == Comparison((), (), ())


@pytest.mark.parametrize(
    ("left", "right", "line"),
    [
        (totals(), totals(orders=11), "| 2026-11-02 | GBP | 12 / 11 (-1) | 1 | 30,000 | 1,000 | 29,000 |"),
        (totals(), totals(net_minor=30_500), "| 2026-11-02 | GBP | 12 | 1 | 30,000 | 1,000 | 29,000 / 30,500 (+1,500) |"),
        (
            totals(gross_minor=9, cancelled_minor=2, net_minor=7),
            None,
            "| 2026-11-02 | GBP | 12 / none (-12) | 1 / none (-1) | 9 / none (-9) | 2 / none (-2) | 7 / none (-7) |",
        ),
        (
            None,
            totals(cancellations=0, gross_minor=9, cancelled_minor=2, net_minor=7),
            "| 2026-11-02 | GBP | none / 12 (+12) | none / 0 (+0) | none / 9 (+9) | none / 2 (+2) | none / 7 (+7) |",
        ),
    ],
    ids=["fewer in gold", "more in gold", "not in gold", "not accepted"],
)
def test_a_difference_is_told_with_both_sides(left: DayTotals | None, right: DayTotals | None, line: str) -> None:
    found = compare([left] if left else [], [right] if right else [], never)

    assert found.differing == (DAY,)
    assert as_table(found.differences).splitlines()[2:] == [
        "| day | currency | orders | cancellations | gross_minor | cancelled_minor | net_minor |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        line,
    ]


def test_a_currency_alone_makes_its_day_differ() -> None:
    found = compare([totals(), totals(currency="EUR")], [totals()], never)

    assert (found.compared, found.differing) == ((DAY,), (DAY,))
    assert [each.cells[:2] for each in found.differences] == [["2026-11-02", "EUR"]]


def test_a_long_table_is_cut_and_counted() -> None:
    days = [DAY + timedelta(days=number) for number in range(MOST_ROWS + 3)]
    told = as_table(compare([totals(day) for day in days], [], never).differences)

    assert told.count("\n| 2") == MOST_ROWS
    assert told.endswith("\n\nand 3 more")
    assert f"| {days[0]} |" in told
    assert f"| {days[-1]} |" not in told


KEYS = st.tuples(st.dates(date(2026, 1, 1), date(2026, 2, 1)), st.sampled_from(["GBP", "EUR", "BRL"]))
NUMBERS = st.tuples(*[st.integers(-(2**63), 2**63 - 1)] * len(SUMS))
SIDES = st.dictionaries(KEYS, NUMBERS, min_size=1, max_size=40).map(
    lambda found: [DayTotals(*key, *numbers) for key, numbers in found.items()]
)


@given(SIDES, st.data())
def test_equal_sides_pass_in_any_order(rows: list[DayTotals], data: st.DataObject) -> None:
    found = compare(rows, data.draw(st.permutations(rows)), never)

    assert found.differences == ()
    assert found.compared == tuple(sorted({row.day for row in rows}))


@given(SIDES, st.data())
def test_the_order_of_rows_never_matters(rows: list[DayTotals], data: st.DataObject) -> None:
    other, opened = data.draw(SIDES), data.draw(st.sets(st.sampled_from([row.day for row in rows])))
    left, right = (data.draw(st.permutations(side)) for side in (rows, other))

    assert compare(left, right, opened.__contains__) == compare(rows, other, opened.__contains__)


@given(SIDES, st.data())
def test_any_changed_number_is_named_and_no_other_row(rows: list[DayTotals], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(rows) - 1))
    name, by = data.draw(st.sampled_from(SUMS)), data.draw(st.integers(-(2**40), 2**40).filter(bool))
    before = getattr(rows[place], name)
    gold = [*rows[:place], replace(rows[place], **{name: before + by}), *rows[place + 1 :]]

    found = compare(rows, data.draw(st.permutations(gold)), never)

    [only] = found.differences
    assert only.cells[:2] == [str(rows[place].day), rows[place].currency]
    assert only.cells[2 + SUMS.index(name)] == f"{before:,} / {before + by:,} ({by:+,})"
    assert sum("/" in cell for cell in only.cells) == 1


@given(SIDES, st.data())
def test_a_row_that_one_side_lacks_always_differs(rows: list[DayTotals], data: st.DataObject) -> None:
    """Be it all zeros."""
    lost = data.draw(st.sampled_from(rows))
    left = [row for row in rows if row is not lost]

    assert [each.accepted for each in compare(rows, left, never).differences] == [lost]
    assert [each.gold for each in compare(left, rows, never).differences] == [lost]


@given(SIDES, SIDES)
def test_no_open_day_is_ever_told_as_different(left: list[DayTotals], right: list[DayTotals]) -> None:
    found = compare(left, right, lambda day: day.day % 2 == 0)

    assert all(day.day % 2 for day in (*found.differing, *found.compared))
    assert sorted((*found.compared, *found.still_open)) == sorted({row.day for row in (*left, *right)})
