"""The manifest proves that nothing is missing; what it cannot read it names, and never guesses at."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.manifest import Entry, Foreign, KeptFile, parse
from orders_platform.lakehouse.backup.reading import Found, contradictions

Change = Callable[[dict[str, Any]], object]


def an_entry(number: int = 0, *, generation: str = "g", ends: dict[str, int] | None = None, **ranges: tuple[int, int]) -> Entry:
    """An entry; ranges as p0=(0, 5)."""
    held = {name.removeprefix("p"): span for name, span in ranges.items()}
    file = KeptFile(f"data/{number}.parquet", 10, date(2026, 1, 5))
    after = ends or {name: end for name, (_, end) in held.items()}
    return Entry(generation, number, held, after, (file,), "2026-01-05T12:00:00+00:00")


def test_an_entry_is_read_as_it_was_written() -> None:
    entry = an_entry(3, p0=(0, 5), p1=(7, 9))

    assert parse(entry.to_line()) == entry
    assert entry.messages == 7


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.pop("files"),
        lambda told: told.update(ranges={"0": [1]}),
        lambda told: told.update(ends=[1]),
        lambda told: told.update(number="first"),
        lambda told: told["files"][0].update(day="yesterday"),
    ],
)
def test_a_line_that_is_no_entry_is_told_apart(change: Change) -> None:
    told = json.loads(an_entry(p0=(0, 5)).to_line())
    change(told)

    assert parse(json.dumps(told)) == Foreign("it is no entry of a manifest")


@pytest.mark.parametrize("line", ["", "half a li", "[]", "null", "1", '{"format": 1}'])
def test_a_line_of_somebody_else_is_told_apart(line: str) -> None:
    assert parse(line) == Foreign("it is no entry of a manifest")


def test_half_an_entry_is_told_apart_wherever_it_was_cut() -> None:
    line = an_entry(p0=(0, 5)).to_line().strip()

    assert [cut for cut in range(len(line)) if isinstance(parse(line[:cut]), Entry)] == []


def test_another_versions_entry_is_not_guessed_at() -> None:
    told = json.loads(an_entry(p0=(0, 5)).to_line())

    assert parse(json.dumps({**told, "format": 2})) == Foreign("it is of format 2, and this version reads format 1")


def test_a_hole_is_named_by_its_positions() -> None:
    entries = [an_entry(0, p0=(0, 5), p1=(0, 2)), an_entry(1, p0=(5, 6)), an_entry(2, p0=(9, 12), p1=(2, 4))]

    assert manifest.holes(entries) == ["g, partition 0: positions 6 to 8 are missing"]


def test_a_hole_before_the_first_entry_is_told_by_what_is_known() -> None:
    assert manifest.holes([an_entry(0, p0=(5, 9))], {"g": {"0": 3}}) == ["g, partition 0: positions 3 to 4 are missing"]
    assert manifest.holes([an_entry(0, p0=(5, 9))]) == []


def test_entries_that_overlap_or_stand_twice_leave_no_hole() -> None:
    entries = [an_entry(1, p0=(3, 9)), an_entry(0, p0=(0, 5)), an_entry(0, p0=(0, 5)), an_entry(2, p0=(9, 10))]

    assert manifest.holes(entries) == []
    assert [each.number for each in manifest.in_order(entries)] == [0, 1, 2]


def test_a_copy_of_an_entry_is_no_contradiction_and_another_entry_of_its_number_is_named() -> None:
    """Only one of the two can be true of the same batch; which, the files of neither tell."""
    first, other = an_entry(0, p0=(0, 5)), an_entry(0, p0=(0, 4))

    assert contradictions(found(a=first, b=first, c=an_entry(0, generation="h", p0=(0, 4)))) == {}
    assert contradictions(found(a=first, b=first, c=other)) == {("g", 0): "a and c are both entry 0 of g, and differ"}


def test_entries_with_the_same_positions_are_named_by_them() -> None:
    told = contradictions(found(a=an_entry(0, p0=(0, 5), p1=(0, 2)), b=an_entry(1, p0=(3, 9)), c=an_entry(2, p0=(9, 10))))

    assert told == {("g", 1): "g, partition 0: more than one entry has positions 3 to 4"}


def found(**entries: Entry) -> Found:
    """A manifest's folder with these files."""
    read = Found()
    for name, entry in entries.items():
        read.add(name, entry.to_line())
    return read


def test_generations_are_looked_at_apart() -> None:
    entries = [an_entry(0, p0=(0, 5)), an_entry(0, generation="h", p0=(100, 105))]

    assert manifest.holes(entries) == []
    assert manifest.ends(entries) == {"g": {"0": 5}, "h": {"0": 105}}


def test_a_generation_is_one_under_two_spellings_and_each_spelling_is_read_as_it_was_kept() -> None:
    """Entries were once kept as the hub's name was typed: then the same messages were kept again from the start."""
    first = [an_entry(0, generation="Orders-1", p0=(0, 5)), an_entry(1, generation="Orders-1", p0=(5, 7))]
    again = [an_entry(0, generation="orders-1", p0=(0, 4)), an_entry(1, generation="orders-1", p0=(4, 9))]

    read = [parse(entry.to_line()) for entry in [*again, *first]]

    assert read == [*again, *first]
    assert manifest.in_order([*again, *first]) == [*first, *again]
    assert manifest.holes([*first, *again]) == []
    assert manifest.ends([*again, *first]) == {"orders-1": {"0": 9}}
    assert list(manifest.bounded([*again, *first], 100)) == [first, again]
    assert not manifest.is_new(first[1], {"orders-1": {"0": 9}})


def test_groups_are_bounded_by_messages_and_by_generation() -> None:
    entries = [an_entry(number, p0=(number * 4, number * 4 + 4)) for number in range(5)]
    other = an_entry(0, generation="h", p0=(0, 1))

    groups = [[each.number for each in group] for group in manifest.bounded([*entries, other], 9)]

    assert groups == [[0, 1], [2, 3], [4], [0]]
