"""The look over the backup names what is missing, broken or foreign, and lets go of what is past its time."""

import json
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delta.tables import DeltaTable

from orders_platform.lakehouse.backup.manifest import Entry
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform_tests.lakehouse.backup.keeping import Keeping, keeping_in
from orders_platform_tests.lakehouse.filled import Filled
from orders_platform_tests.oracle import lake as tables

pytestmark = [pytest.mark.spark, pytest.mark.faults]
LONG_AGO = 1_000_000_000


@pytest.fixture(scope="module")
def kept(filled: Filled, tmp_path_factory: pytest.TempPathFactory) -> Keeping:
    """Three entries, made once and copied for each test."""
    keeping = keeping_in(filled.lake, tmp_path_factory.mktemp("kept") / "backup")
    for _ in range(3):
        filled.shop.sells(6)
        keeping.keeps(filled.shop)
    return keeping


@pytest.fixture
def keeping(kept: Keeping, tmp_path: Any) -> Keeping:
    """The test's own."""
    shutil.copytree(kept.folder, tmp_path / "backup")
    return keeping_in(kept.lake, tmp_path / "backup")


def named(keeping: Keeping, check: str) -> list[str]:
    """The sentences of a check; none where it passes."""
    told = keeping.looked_over()[check]
    assert told["passed"] == (not told["sample"])
    return list(told["sample"])


def test_a_whole_backup_passes(keeping: Keeping) -> None:
    assert named(keeping, "all_there") == named(keeping, "nothing_foreign") == []


def test_a_file_that_is_missing_is_named(keeping: Keeping) -> None:
    file = keeping.entries[1].files[0]
    (keeping.folder / file.name).unlink()

    assert named(keeping, "all_there") == [f"{file.name} is missing"]


def test_a_file_that_was_cut_is_named(keeping: Keeping) -> None:
    file = keeping.entries[1].files[0]
    os.truncate(keeping.folder / file.name, 7)

    assert named(keeping, "all_there") == [f"{file.name} has 7 bytes, not the {file.bytes} that were written"]


def test_an_entry_that_is_missing_is_a_hole_named_by_its_positions(keeping: Keeping) -> None:
    missing = keeping.entries[1]
    keeping.manifest()[1].unlink()

    assert named(keeping, "all_there") == [
        f"{missing.generation}, partition {partition}: positions {first} to {end - 1} are missing"
        for partition, (first, end) in sorted(missing.ranges.items())
    ]


@pytest.mark.parametrize("text", ["", "half an ent", '{"format": 2}'])
def test_a_file_in_the_manifests_folder_that_is_no_entry_is_named(keeping: Keeping, text: str) -> None:
    (keeping.folder / "manifest" / "note.json").write_text(text)

    (sentence,) = named(keeping, "nothing_foreign")

    assert sentence.startswith("manifest/note.json is left out: it is")


def test_a_foreign_file_among_the_data_is_named_and_stays(keeping: Keeping) -> None:
    foreign = keeping.folder / "data" / "copy of a.parquet"
    shutil.copy(keeping.parquet()[0], foreign)
    os.utime(foreign, (LONG_AGO, LONG_AGO))

    assert named(keeping, "nothing_foreign") == ["data/copy of a.parquet is left out: no entry of the manifest names it"]
    assert foreign.exists()


def test_an_entry_under_two_names_counts_once(keeping: Keeping) -> None:
    shutil.copy(keeping.manifest()[0], keeping.folder / "manifest" / "again.json")

    assert named(keeping, "all_there") == []


def test_another_entry_under_the_number_of_one_is_named(keeping: Keeping) -> None:
    told = json.loads(keeping.manifest()[0].read_text())
    told["files"] = told["files"][:-1]
    (keeping.folder / "manifest" / "again.json").write_text(json.dumps(told) + "\n")

    [said] = named(keeping, "all_there")

    place = keeping.manifest()[0].relative_to(keeping.folder)
    assert said == f"manifest/again.json and {place} are both entry 0 of {told['generation']}, and differ"


def test_bodies_are_compared_with_bronze_and_the_first_that_differ_are_named(
    keeping: Keeping, filled: Filled, tmp_path: Path
) -> None:
    same = keeping.looked_over(beside=filled.lake)["same_as_bronze"]
    lake = filled.copy(tmp_path / "lake")
    DeltaTable.forName(lake.spark, lake.name(ORDER_EVENTS)).update("sequence_number = 1", {"value": "CAST('{}' AS BINARY)"})
    held = {row["partition"] for row in tables.rows(tmp_path / "lake", ORDER_EVENTS.key) if row["sequence_number"] == 1}

    other = keeping.looked_over(beside=lake)["same_as_bronze"]

    generation = keeping.entries[0].generation
    assert same == {"passed": True, "compared": filled.lake.row_count(ORDER_EVENTS), "differing": 0, "sample": []}
    assert other["sample"] == [f"{partition}:1@{generation}" for partition in sorted(held)]
    assert (other["passed"], other["differing"], other["compared"]) == (False, len(held), same["compared"])


def test_files_whose_bytes_are_no_longer_parquet_are_named_though_of_the_same_size(keeping: Keeping, filled: Filled) -> None:
    file = keeping.folder / keeping.entries[0].files[0].name
    file.write_bytes(b"x" * file.stat().st_size)
    file.with_name(f".{file.name}.crc").unlink(missing_ok=True)

    told = keeping.looked_over(beside=filled.lake)

    assert told["all_there"]["passed"]
    assert not told["same_as_bronze"]["passed"]
    assert told["same_as_bronze"]["sample"][0].startswith("entries 0 to 2 of orders-")


def test_what_a_killed_writer_left_behind_goes_once_no_writer_can_be_at_it(keeping: Keeping) -> None:
    file = keeping.folder / keeping.entries[0].files[0].name
    left = file.parents[1] / f"batch={'a' * 32}" / file.name
    left.parent.mkdir()
    shutil.copyfile(file, left)

    keeping.looked_over()
    is_kept_while_young = left.exists()
    os.utime(left, (LONG_AGO, LONG_AGO))
    keeping.looked_over()

    assert is_kept_while_young
    assert not left.exists()
    assert named(keeping, "all_there") == []


@pytest.mark.parametrize("entry", ["half an ent", '{"format": 2}', None])
def test_files_stay_when_their_entry_is_lost_or_cannot_be_read(keeping: Keeping, entry: str | None) -> None:
    files = [keeping.folder / file.name for file in keeping.entries[1].files]
    if entry is None:
        keeping.manifest()[1].unlink()
    else:
        keeping.manifest()[1].write_text(entry)
    for file in files:
        os.utime(file, (LONG_AGO, LONG_AGO))

    keeping.looked_over()

    assert [file for file in files if not file.exists()] == []


def test_what_is_past_its_time_goes_but_for_the_entry_that_the_writer_goes_on_from(keeping: Keeping) -> None:
    last: Entry = keeping.entries[-1]
    day = max(last.days)

    keeping.looked_over(today=day + timedelta(days=91), keep_days=91)
    held_within = len(keeping.entries)
    keeping.looked_over(today=day + timedelta(days=92), keep_days=91)

    assert held_within == 3
    assert keeping.entries == [last]
    assert sorted(str(path.relative_to(keeping.folder)) for path in keeping.parquet()) == sorted(file.name for file in last.files)
    assert named(keeping, "all_there") == named(keeping, "nothing_foreign") == []


def test_what_is_past_its_time_behind_what_is_not_stays_with_it(keeping: Keeping) -> None:
    """As after a clock that was wrong: it would leave a hole."""
    first, second, _ = keeping.manifest()
    day = max(keeping.entries[0].days)
    later = json.loads(first.read_text())
    later["files"] = [file | {"day": str(day + timedelta(days=30))} for file in later["files"]]
    first.write_text(json.dumps(later) + "\n")

    keeping.looked_over(today=day + timedelta(days=92), keep_days=91)

    assert first.exists()
    assert second.exists()
