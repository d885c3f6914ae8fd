"""Four roads into one bronze - the hub, the backup's files, both, Capture's files - and whatever is broken on the way."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.backup.capture import capture_at
from orders_platform.lakehouse.backup.replay import Replay
from orders_platform.lakehouse.backup.road import BackupSource
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.passes import run_pass
from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.roads import Both, Source
from orders_platform.squad.replay import Days, replay_events
from orders_platform_tests import invariants
from orders_platform_tests.lakehouse.backup.captured import capture
from orders_platform_tests.lakehouse.backup.keeping import Keeping, keeping_in
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.oracle import lake as tables
from orders_platform_tests.poison import poison_corpus
from orders_platform_tests.squad.test_order_events import SAMPLE

pytestmark = [pytest.mark.spark, pytest.mark.faults]
MADE_ONCE = tuple(table for table in invariants.TABLES if table != "bronze.order_events")


def passes(lake: Lake, source: Source) -> list[TableReport]:
    """A pass over all tables; blocking checks hold."""
    reports = list(run_pass(lake, source, pass_id="p"))
    assert [check.name for report in reports for check in report.checks if check.blocking and not check.passed] == []
    return reports


def same(lakes: list[Lake]) -> dict[str, int]:
    """How many different versions of each silver and gold table the lakes hold: one each, where the roads lead to the same."""
    return {table: len({rows(lake, table) for lake in lakes}) for table in MADE_ONCE}


def rows(lake: Lake, table: str) -> str:
    """All rows of a table, but for when a pass set them aside."""
    found = [
        {name: value for name, value in row.items() if name != "quarantined_at"} for row in tables.rows(Path(lake.root), table)
    ]
    return "\n".join(sorted(map(repr, found)))


@dataclass(frozen=True, slots=True)
class Trade:
    """A hub that holds the excerpt and what breaks rules; all but its last messages are kept in two batches."""

    shop: Shop
    keeping: Keeping

    def lake(self, folder: Path) -> Lake:
        """One without tables."""
        return Lake(self.keeping.lake.spark, str(folder / "lake"))

    def kept(self, folder: Path) -> Keeping:
        """A copy of the backup."""
        shutil.copytree(self.keeping.folder, folder / "backup")
        return keeping_in(self.keeping.lake, folder / "backup")


@pytest.fixture(scope="module")
def trade(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trade]:
    """Made once."""
    folder = tmp_path_factory.mktemp("trade")
    lake = Lake(spark, str(folder / "lake"))
    keeping = keeping_in(lake, folder / "backup")
    messages = [*excerpt(), *((None, poison.body) for poison in poison_corpus() if poison.body)]
    with Shop(folder).open() as shop:
        for part in (messages[:100], messages[100:400]):
            shop.publishes(part)
            keeping.keeps(shop)
        shop.publishes(messages[400:])
        yield Trade(shop, keeping)


@pytest.fixture(scope="module")
def by_hub(trade: Trade) -> Lake:
    """What a pass makes of all that the hub holds."""
    passes(trade.keeping.lake, trade.shop.source)
    return trade.keeping.lake


def excerpt() -> list[tuple[str | None, bytes]]:
    """Its messages, in their order."""
    days = Days(date(2018, 12, 1), date(2019, 2, 28))
    return [(event.order_id, event.body) for event in replay_events(SAMPLE, days)]


@pytest.mark.long
def test_four_roads_lead_to_the_same_silver_and_gold_and_to_the_fold(trade: Trade, by_hub: Lake, tmp_path: Path) -> None:
    kept = trade.kept(tmp_path)
    by_both, by_files, by_capture = (trade.lake(tmp_path / name) for name in ("both", "files", "capture"))

    passes(by_both, Both(BackupSource(kept.store), trade.shop.source))
    kept.keeps(trade.shop)
    passes(by_files, BackupSource(kept.store))
    capture(tables.rows(Path(by_hub.root), ORDER_EVENTS.key), tmp_path / "captured")
    passes(by_capture, Replay(capture_at(str(tmp_path / "captured"), trade.shop.source.generation)))

    lakes = [by_hub, by_both, by_files, by_capture]
    assert same(lakes) == dict.fromkeys(MADE_ONCE, 1)
    assert [invariants.check_all(Path(lake.root)) for lake in lakes] == [[], [], [], []]
    assert roads_of(by_both) == {"hub", "backup"}


def roads_of(lake: Lake) -> set[str]:
    """By which bronze came."""
    return {row["road"] for row in tables.rows(Path(lake.root), ORDER_EVENTS.key, ["road"])}


def taken(lake: Lake, source: Source) -> TableReport:
    """A pass over bronze alone."""
    (report,) = run_pass(lake, source, pass_id="p", tables={ORDER_EVENTS.key})
    return report


def test_the_files_are_taken_as_they_come_each_once(trade: Trade, tmp_path: Path) -> None:
    kept, lake = trade.kept(tmp_path), trade.lake(tmp_path)
    files = BackupSource(kept.store)

    first = taken(lake, files)
    checkpoint = next(Path(lake.root).glob("_checkpoints/backup/*/metadata")).read_text()
    again = taken(lake, files)
    last = kept.keeps(trade.shop)
    shutil.copy(kept.manifest()[0], kept.folder / "manifest" / "the same again.json")
    then = taken(lake, files)

    assert (first.written, again.written, then.written) == (400, 0, last.written)
    assert next(Path(lake.root).glob("_checkpoints/backup/*/metadata")).read_text() == checkpoint
    assert invariants.i3_positions_complete(Path(lake.root), tails(trade)) == []


def tails(trade: Trade) -> dict[int, int]:
    """Where the hub ends."""
    return {int(name): tail for name, tail in trade.shop.source.tails.items()}


def test_what_is_no_entry_is_told_and_passed_by(trade: Trade, tmp_path: Path) -> None:
    kept, lake = trade.kept(tmp_path), trade.lake(tmp_path)
    (kept.folder / "manifest" / "of somebody else.txt").write_text("half an ent")
    (kept.folder / "data" / "stray.parquet").write_bytes(b"PAR1")

    report = taken(lake, BackupSource(kept.store))

    assert report.written == 400
    assert told(report) == ["of%20somebody%20else.txt is left out: it is no entry of a manifest"]


def told(report: TableReport) -> list[str]:
    """What was set aside."""
    (check,) = (check for check in report.checks if check.name == "backup_whole")
    sample = check.metadata["sample"]
    assert isinstance(sample, list)
    return sample


def test_where_files_alone_fill_bronze_what_is_missing_stops_the_pass(trade: Trade, tmp_path: Path) -> None:
    kept, lake = trade.kept(tmp_path), trade.lake(tmp_path)
    file = kept.entries[1].files[0]
    (kept.folder / file.name).unlink()

    with pytest.raises(PassRefused, match=rf"{file.name} is missing; `orders-platform backup check` tells all of it"):
        taken(lake, BackupSource(kept.store))
    shutil.copy(trade.keeping.folder / file.name, kept.folder / file.name)

    assert taken(lake, BackupSource(kept.store)).written == 400


@pytest.mark.long
def test_where_the_hub_fills_bronze_too_it_brings_what_the_files_lack(trade: Trade, tmp_path: Path) -> None:
    kept, lake = trade.kept(tmp_path), trade.lake(tmp_path)
    file = kept.entries[1].files[0]
    (kept.folder / file.name).unlink()

    report = taken(lake, Both(BackupSource(kept.store), trade.shop.source))

    assert told(report) == [f"{file.name} is missing"]
    assert invariants.i3_positions_complete(Path(lake.root), tails(trade)) == []
    assert taken(lake, Both(BackupSource(kept.store), trade.shop.source)).written == 0


@pytest.mark.long
def test_entries_that_deny_each_other_stop_a_pass_and_where_the_hub_fills_bronze_too_are_set_aside(
    trade: Trade, tmp_path: Path
) -> None:
    """Which of the two is right the files do not tell; the hub does."""
    kept, alone, both = trade.kept(tmp_path), trade.lake(tmp_path / "alone"), trade.lake(tmp_path / "both")
    entry = kept.manifest()[0]
    told_otherwise = json.loads(entry.read_text()) | {"files": []}
    (kept.folder / "manifest" / "again.json").write_text(json.dumps(told_otherwise) + "\n")

    with pytest.raises(PassRefused, match=r"the backup is not whole: .*are both entry 0 of orders-\d+, and differ"):
        taken(alone, BackupSource(kept.store))
    report = taken(both, Both(BackupSource(kept.store), trade.shop.source))

    assert [said.partition(" are both entry 0")[1] for said in told(report)] == [" are both entry 0"]
    assert invariants.i3_positions_complete(Path(both.root), tails(trade)) == []


@pytest.mark.long
def test_capture_with_a_file_twice_is_taken_once_and_with_one_missing_is_refused(
    trade: Trade, by_hub: Lake, tmp_path: Path
) -> None:
    lake, place = trade.lake(tmp_path), tmp_path / "captured"
    rows = tables.rows(Path(by_hub.root), ORDER_EVENTS.key)
    files = capture([row for row in rows if row["sequence_number"] < 12], place)
    replay = Replay(capture_at(str(place), trade.shop.source.generation))
    aside = files[1].rename(tmp_path / "aside")

    with pytest.raises(PassRefused, match=r"nothing was written.*partition 0: positions 5 to 9 are missing"):
        taken(lake, replay)
    aside.rename(files[1])
    shutil.copy(files[1], files[1].with_name("59.avro"))
    (place / "half.avro").write_bytes(b"Obj")

    assert taken(lake, replay).written == 24
    assert invariants.i3_positions_complete(Path(lake.root)) == []
