"""A replay adds what bronze lacks and nothing else, twice if one likes, beside a stream too; a gap is named before a row is."""

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from delta.tables import DeltaTable

from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.errors import PassRefused
from orders_platform.lakehouse.backup.replay import OwnBackup, Range, Replay
from orders_platform.lakehouse.backup.road import BackupSource
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.roads import Both, Source
from orders_platform_tests import invariants
from orders_platform_tests.lakehouse.backup.keeping import Keeping
from orders_platform_tests.lakehouse.backup.test_write import expire
from orders_platform_tests.lakehouse.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.faults]


def take(lake: Lake, source: Source) -> TableReport:
    """A pass over bronze alone."""
    (report,) = run_pass(lake, source, pass_id="p", tables={ORDER_EVENTS.key})
    return report


def whole(lake: Lake, shop: Shop) -> list[str]:
    """What bronze lacks, or has twice, of the hub as it stands."""
    return invariants.i3_positions_complete(Path(lake.root), {int(name): tail for name, tail in shop.source.tails.items()})


def test_a_replay_fills_an_empty_lake_and_the_second_time_adds_nothing(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    for orders in (5, 3):
        shop.sells(orders)
        keeping.keeps(shop)
    replay = Replay(OwnBackup(keeping.store))

    first, second = take(lake, replay), take(lake, replay)
    shop.sells(2)
    then = take(lake, shop.source)

    assert (first.written, second.written, second.duplicates, then.written) == (8, 0, 8, 2)
    assert whole(lake, shop) == []


@pytest.mark.long
def test_days_without_messages_add_nothing(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    shop.sells(3)
    keeping.keeps(shop)
    yesterday = min(keeping.entries[0].days) - timedelta(days=1)

    before = take(lake, Replay(OwnBackup(keeping.store), Range(last=yesterday)))
    since = take(lake, Replay(OwnBackup(keeping.store), Range(first=yesterday)))

    assert (before.written, since.written) == (0, 3)


@pytest.mark.long
def test_behind_the_hubs_retention_a_replay_makes_all_tables_whole(lake: Lake, keeping: Keeping, tmp_path: Path) -> None:
    small = LogOptions(segment_bytes=2_000, retention_bytes=20_000)
    with Shop(tmp_path, log=small).open() as shop:
        shop.sells(5)
        list(run_pass(lake, shop.source, pass_id="p1"))
        for _ in range(4):
            shop.sells(25)
            keeping.keeps(shop)
        expire(shop)
        shop.sells(3)
        with pytest.raises(PassRefused, match="`orders-platform backup replay`"):
            take(lake, shop.source)
        held = lake.row_count(ORDER_EVENTS)

        list(run_pass(lake, Replay(OwnBackup(keeping.store)), pass_id="p2"))
        list(run_pass(lake, shop.source, pass_id="p3"))

        assert (held, lake.row_count(ORDER_EVENTS)) == (5, 108)
        assert whole(lake, shop) == invariants.check_all(Path(lake.root)) == []


@pytest.mark.long
def test_a_missing_file_is_named_and_no_row_is_written(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    shop.sells(3)
    keeping.keeps(shop)
    shop.sells(2)
    keeping.keeps(shop)
    file = keeping.entries[1].files[0]
    (keeping.folder / file.name).unlink()

    with pytest.raises(PassRefused, match=rf"nothing was written.*{file.name} is missing"):
        take(lake, Replay(OwnBackup(keeping.store)))

    assert lake.row_count(ORDER_EVENTS) == 0


@pytest.mark.long
@pytest.mark.parametrize("which", [0, -1], ids=["oldest", "newest"])
def test_an_entry_at_the_edge_that_cannot_be_read_is_named_and_no_row_is_written(
    lake: Lake, keeping: Keeping, shop: Shop, which: int
) -> None:
    for orders in (2, 2, 2):
        shop.sells(orders)
        keeping.keeps(shop)
    entry = keeping.manifest()[which]
    entry.write_text(entry.read_text()[:40])

    with pytest.raises(PassRefused, match=rf"nothing was written.*{entry.name} cannot be read: it is no entry"):
        take(lake, Replay(OwnBackup(keeping.store)))

    assert lake.row_count(ORDER_EVENTS) == 0


def test_entries_that_deny_each_other_are_named_and_no_row_is_written(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    """Their positions would stand in bronze twice."""
    for orders in (4, 4):
        shop.sells(orders)
        keeping.keeps(shop)
    told = json.loads(keeping.manifest()[1].read_text())
    partition, (first, end) = next((name, span) for name, span in told["ranges"].items() if span[0])
    told["ranges"][partition] = (first - 1, end)
    keeping.manifest()[1].write_text(json.dumps(told) + "\n")

    with pytest.raises(
        PassRefused, match=rf"partition {partition}: more than one entry has positions {first - 1} to {first - 1}"
    ):
        take(lake, Replay(OwnBackup(keeping.store)))

    assert lake.row_count(ORDER_EVENTS) == 0


def test_bodies_that_bronze_has_otherwise_are_named_by_each_road_and_no_row_is_written(
    lake: Lake, keeping: Keeping, shop: Shop
) -> None:
    """A replay, and the files beside the hub where a part of them is known: only the first looks at all of the table."""
    shop.sells(6)
    take(lake, shop.source)
    DeltaTable.forName(lake.spark, lake.name(ORDER_EVENTS)).update("sequence_number = 0", {"value": "CAST('{}' AS BINARY)"})
    shop.sells(4)
    keeping.keeps(shop)

    with pytest.raises(PassRefused, match=r"nothing was written.*bronze has another body at 0:0@orders-\d+; .*1:0@orders-"):
        take(lake, Replay(OwnBackup(keeping.store)))
    with pytest.raises(PassRefused, match=r"the backup gives other bodies than bronze holds at 2 positions, like 0:0@orders-"):
        take(lake, Both(BackupSource(keeping.store), shop.source))

    assert lake.row_count(ORDER_EVENTS) == 6


@pytest.mark.long
def test_a_hole_between_entries_or_to_bronze_is_named_and_no_row_is_written(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    shop.sells(4)
    take(lake, shop.source)
    for orders in (6, 6, 6):
        shop.sells(orders)
        keeping.keeps(shop)
    first, second, _ = keeping.manifest()
    replay = Replay(OwnBackup(keeping.store))

    second.rename(keeping.folder / "aside")
    with pytest.raises(PassRefused, match=r"nothing was written.*partition \d: positions \d+ to \d+ are missing"):
        take(lake, replay)
    first.unlink()
    with pytest.raises(PassRefused, match=r"partition \d: bronze ends before \d+, and the range begins at \d+"):
        take(lake, replay)

    assert lake.row_count(ORDER_EVENTS) == 4


@pytest.mark.long
def test_beside_a_stream_what_it_has_yet_to_bring_is_left_to_it(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    shop.sells(6)
    keeping.keeps(shop)
    take(lake, shop.source)
    DeltaTable.forName(lake.spark, lake.name(ORDER_EVENTS)).delete("sequence_number = 1")
    lost = 6 - lake.row_count(ORDER_EVENTS)
    shop.sells(4)
    keeping.keeps(shop)

    report = take(lake, replace(Replay(OwnBackup(keeping.store)), beside_a_stream=True))

    assert (report.written, lake.row_count(ORDER_EVENTS)) == (lost, 6)
    assert take(lake, shop.source).written == 4
    assert whole(lake, shop) == []


@pytest.mark.long
def test_a_file_of_which_the_end_is_missing_is_named(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    shop.sells(3)
    keeping.keeps(shop)
    file = keeping.entries[0].files[0]
    os.truncate(keeping.folder / file.name, 100)

    with pytest.raises(PassRefused, match=rf"{file.name} has 100 bytes, not the {file.bytes} that were written"):
        take(lake, Replay(OwnBackup(keeping.store)))
