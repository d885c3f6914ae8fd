"""Bronze takes each position of the hub once, whatever happens to checkpoint, hub or table; or it refuses in one sentence."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.errors import PassRefused
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.turn import own_turn
from orders_platform_tests.invariants import i3_positions_complete
from orders_platform_tests.lakehouse.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.faults]


def take(lake: Lake, shop: Shop) -> TableReport:
    """A pass over bronze alone."""
    (report,) = run_pass(lake, shop.source, pass_id="p", tables={ORDER_EVENTS.key})
    return report


def checkpoints(lake: Lake) -> Path:
    """Where the stream keeps its progress."""
    return Path(lake.root) / "_checkpoints"


def whole(lake: Lake, shop: Shop) -> list[str]:
    """What bronze lacks, or has twice, of the hub as it stands."""
    return i3_positions_complete(Path(lake.root), {int(name): tail for name, tail in shop.source.tails.items()})


def test_each_position_is_taken_once_when_passes_follow_each_other(lake: Lake, shop: Shop) -> None:
    shop.sells(7)
    first = take(lake, shop)
    shop.sells(3)

    second, third = take(lake, shop), take(lake, shop)

    assert (first.written, second.written, third.written) == (7, 3, 0)
    assert whole(lake, shop) == []


def test_a_lake_that_knows_the_hub_by_another_spelling_takes_nothing_twice(lake: Lake, shop: Shop) -> None:
    """Generations were once kept as the hub's name was typed."""
    shop.sells(5)
    as_typed = replace(shop.source, generation=shop.source.generation.capitalize())
    list(run_pass(lake, as_typed, pass_id="p", tables={ORDER_EVENTS.key}))
    shop.sells(2)

    report = take(lake, shop)

    assert (report.written, len(report.positions_to)) == (2, 1)
    assert lake.read(ORDER_EVENTS).count() == 7


@pytest.mark.long
def test_bronze_goes_on_at_its_own_end_when_the_checkpoint_is_lost(lake: Lake, shop: Shop) -> None:
    shop.sells(5)
    take(lake, shop)
    shutil.rmtree(checkpoints(lake))
    shop.sells(4)

    report = take(lake, shop)

    assert report.written == 4
    assert whole(lake, shop) == []


@pytest.mark.long
def test_nothing_doubles_when_an_old_checkpoint_is_put_back(lake: Lake, shop: Shop, tmp_path: Path) -> None:
    shop.sells(5)
    take(lake, shop)
    shutil.copytree(checkpoints(lake), tmp_path / "backup")
    shop.sells(4)
    take(lake, shop)
    shutil.rmtree(checkpoints(lake))
    shutil.move(tmp_path / "backup", checkpoints(lake))
    shop.sells(2)

    report = take(lake, shop)

    assert (report.rows_in, report.written, report.duplicates) == (2, 2, 0)
    assert whole(lake, shop) == []


def test_a_checkpoint_whose_files_a_power_cut_left_empty_stops_nobody(lake: Lake, shop: Shop) -> None:
    shop.sells(5)
    take(lake, shop)
    files = [path for path in checkpoints(lake).rglob("*") if path.is_file()]
    for file in files:
        file.write_bytes(b"")
    shop.sells(2)

    assert files != []
    assert take(lake, shop).written == 2
    assert whole(lake, shop) == []


@pytest.mark.long
def test_bronze_goes_on_at_its_own_end_when_the_table_was_restored_by_hand(lake: Lake, shop: Shop) -> None:
    """By whoever knows only Spark's RESTORE."""
    shop.sells(5)
    take(lake, shop)
    shop.sells(2)
    take(lake, shop)
    lake.spark.sql(f"RESTORE TABLE {lake.name(ORDER_EVENTS)} TO VERSION AS OF 1")
    shop.sells(1)

    assert take(lake, shop).written == 3
    assert whole(lake, shop) == []


@pytest.mark.long
def test_bronze_is_taken_anew_when_its_table_was_deleted(lake: Lake, shop: Shop) -> None:
    shop.sells(5)
    take(lake, shop)
    shutil.rmtree(Path(lake.root) / "bronze")
    shop.sells(2)

    report = take(lake, shop)

    assert report.written == 7
    assert whole(lake, shop) == []


@pytest.mark.long
def test_a_hub_made_anew_starts_a_generation_of_its_own(lake: Lake, shop: Shop, tmp_path: Path) -> None:
    shop.sells(5)
    take(lake, shop)
    with Shop(tmp_path, generation=1).open() as again:
        again.sells(3)

        report = take(lake, again)

        assert report.written == 3
        assert len(report.positions_to) == 2
        assert i3_positions_complete(Path(lake.root)) == []


def test_the_pass_fails_loudly_when_the_hubs_retention_has_passed(lake: Lake, tmp_path: Path) -> None:
    small = LogOptions(segment_bytes=2_000, retention_bytes=20_000)
    with Shop(tmp_path, log=small).open() as shop:
        shop.sells(5)
        take(lake, shop)
        for _ in range(10):
            shop.sells(20)
        assert shop.server is not None
        shop.server.call(lambda server: server.hubs.expire(server.options.clock()))
        assert min(tail.begin for tail in tails(shop.hub).partitions.values()) > 5

        with pytest.raises(PassRefused, match="retention has passed"):
            take(lake, shop)

        assert lake.read(ORDER_EVENTS).count() == 5


def test_a_second_pass_is_refused_while_one_is_at_work(lake: Lake, shop: Shop) -> None:
    with own_turn(lake), pytest.raises(PassRefused, match="another pass"):
        take(lake, shop)
