"""The writer keeps each message once, whatever it is killed between, and says so where the hub has gone on without it."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from orders_platform.emulators.eventhubs.log import LogOptions
from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.hub.tails import tails
from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.reading import messages
from orders_platform.lakehouse.backup.store import FolderStore
from orders_platform.lakehouse.backup.write import accept_gap
from orders_platform.lakehouse.lake import Lake
from orders_platform_tests.lakehouse.backup.keeping import Keeping
from orders_platform_tests.lakehouse.conftest import Shop

pytestmark = [pytest.mark.spark, pytest.mark.faults]
WHOLE = {"all_there": True, "nothing_foreign": True}


def verdicts(keeping: Keeping) -> dict[str, bool]:
    """Which checks of the look pass."""
    return {name: told["passed"] for name, told in keeping.looked_over().items()}


def held(keeping: Keeping) -> list[tuple[int, int]]:
    """Positions in the files that the manifest names."""
    rows = messages(keeping.lake.spark, keeping.store, keeping.entries).select("partition", "sequence_number").collect()
    return sorted((row.partition, row.sequence_number) for row in rows)


def all_of(shop: Shop) -> list[tuple[int, int]]:
    """Every position that the hub has given out."""
    return [(int(partition), number) for partition, tail in sorted(shop.source.tails.items()) for number in range(tail)]


def test_each_message_is_kept_once_in_folders_by_day_and_hour(keeping: Keeping, shop: Shop) -> None:
    shop.sells(9)
    first = keeping.keeps(shop)
    shop.sells(4)

    second, third = keeping.keeps(shop), keeping.keeps(shop)

    assert [(report.written, report.version, report.failed_checks) for report in (first, second, third)] == [
        (9, 0, []),
        (4, 1, []),
        (0, 1, []),
    ]
    assert held(keeping) == all_of(shop)
    assert verdicts(keeping) == WHOLE
    generation, day, hour = (part.name.split("=")[0] for part in list(keeping.parquet()[0].parents)[3:0:-1])
    assert (generation, day, hour) == ("generation", "day", "hour")
    assert not (Path(keeping.lake.root) / "bronze").exists()


def test_a_backup_that_began_under_another_spelling_of_the_hubs_name_goes_on_there(keeping: Keeping, shop: Shop) -> None:
    shop.sells(5)
    keeping.keeps(shop)
    as_typed = spelled_as_typed(keeping, shop.source.generation)
    shop.sells(3)

    report = keeping.keeps(shop)

    assert (report.written, report.version) == (3, 1)
    assert {entry.kept_as for entry in keeping.entries} == {as_typed}
    assert held(keeping) == all_of(shop)
    assert verdicts(keeping) == WHOLE


def spelled_as_typed(keeping: Keeping, generation: str) -> str:
    """Keep what is kept as it once was for a hub whose name was typed with a capital letter."""
    as_typed = generation.capitalize()
    for entry in keeping.manifest():
        entry.write_text(entry.read_text().replace(generation, as_typed))
    for folder in (f"manifest/{generation}", f"data/generation={generation}"):
        (keeping.folder / folder).rename(keeping.folder / folder.replace(generation, as_typed))
    return as_typed


class KilledStore(FolderStore):
    """A process that is killed after its data, before its entry."""

    def put_new(self, name: str, text: str) -> None:
        raise OSError("killed")


def test_a_writer_killed_between_data_and_entry_takes_the_same_messages_again(keeping: Keeping, shop: Shop) -> None:
    shop.sells(3)
    keeping.keeps(shop)
    shop.sells(5)
    with pytest.raises(Exception, match="killed"):
        replace(keeping, store=KilledStore(keeping.store.place)).keeps(shop)
    left = len(keeping.parquet())

    report = keeping.keeps(shop)

    assert (report.written, report.failed_checks) == (5, [])
    assert left > len(keeping.entries[0].files)
    assert held(keeping) == all_of(shop)
    assert verdicts(keeping) == {"all_there": True, "nothing_foreign": False}


class SlowStore(FolderStore):
    """Another writer is quicker."""

    def put_new(self, name: str, text: str) -> None:
        FolderStore.put_new(self, name, text)
        FolderStore.put_new(self, name, text)


def test_a_second_writer_of_the_same_entry_is_refused(keeping: Keeping, shop: Shop) -> None:
    shop.sells(3)

    with pytest.raises(PassRefused, match="another writer is at work on it"):
        replace(keeping, store=SlowStore(keeping.store.place)).keeps(shop)

    assert held(keeping) == all_of(shop)


def test_two_writers_of_one_lake_take_turns(keeping: Keeping, shop: Shop) -> None:
    shop.sells(1)

    class Eager(FolderStore):
        """Starts a second writer while it is at work."""

        def put_new(self, name: str, text: str) -> None:
            keeping.keeps(shop)

    with pytest.raises(PassRefused, match="another backup"):
        replace(keeping, store=Eager(keeping.store.place)).keeps(shop)


@pytest.mark.long
def test_the_writer_fails_loudly_behind_the_hubs_retention_and_goes_on_where_told(keeping: Keeping, tmp_path: Path) -> None:
    small = LogOptions(segment_bytes=2_000, retention_bytes=20_000)
    with Shop(tmp_path, log=small).open() as shop:
        shop.sells(5)
        keeping.keeps(shop)
        for _ in range(10):
            shop.sells(20)
        begins = expire(shop)

        with pytest.raises(PassRefused, match=r"retention has passed"):
            keeping.keeps(shop)
        assert accept_gap(keeping.store, shop.source.generation, begins)
        report = keeping.keeps(shop)

        assert not accept_gap(keeping.store, shop.source.generation, begins)
        assert report.failed_checks == []
        assert len(manifest.holes(keeping.entries)) == len(begins)
        assert verdicts(keeping)["all_there"] is False


def expire(shop: Shop) -> dict[str, int]:
    """Let the hub drop what is past its retention; where its partitions begin then."""
    assert shop.server is not None
    shop.server.call(lambda server: server.hubs.expire(server.options.clock()))
    begins = {name: tail.begin for name, tail in tails(shop.hub).partitions.items()}
    assert min(begins.values()) > 5
    return begins


@pytest.mark.long
def test_a_newest_entry_that_cannot_be_read_stops_the_writer_and_says_what_to_do(keeping: Keeping, shop: Shop) -> None:
    shop.sells(3)
    keeping.keeps(shop)
    shop.sells(2)
    keeping.keeps(shop)
    (newest,) = keeping.manifest()[-1:]
    newest.write_text(newest.read_text()[:40])

    with pytest.raises(PassRefused, match=r"0000000001\.json cannot be taken: it is no entry.*move it out"):
        keeping.keeps(shop)
    newest.unlink()
    report = keeping.keeps(shop)

    assert report.written == 2
    assert held(keeping) == all_of(shop)


@pytest.mark.long
def test_a_hub_made_anew_is_kept_beside_the_old_one(keeping: Keeping, shop: Shop, tmp_path: Path) -> None:
    shop.sells(2)
    keeping.keeps(shop)
    with Shop(tmp_path, generation=1).open() as again:
        again.sells(3)

        assert keeping.keeps(again).written == 3

    assert len({entry.generation for entry in keeping.entries}) == 2
    assert manifest.holes(keeping.entries) == []


def test_the_writers_stream_is_none_of_the_lakes(lake: Lake, keeping: Keeping, shop: Shop) -> None:
    """A lake that cannot be written does not stop the backup."""
    shop.sells(2)
    Path(lake.root).mkdir()
    (Path(lake.root) / "bronze").write_text("no table can be here")

    assert keeping.keeps(shop).written == 2


@pytest.mark.long
def test_a_lost_checkpoint_is_none_that_is_missed(keeping: Keeping, shop: Shop) -> None:
    shop.sells(2)
    keeping.keeps(shop)
    shutil.rmtree(keeping.folder / "_checkpoints")
    shop.sells(2)

    assert keeping.keeps(shop).written == 2
    assert held(keeping) == all_of(shop)


def test_a_place_that_cannot_be_written_is_one_sentence(keeping: Keeping, shop: Shop, tmp_path: Path) -> None:
    shop.sells(1)
    (tmp_path / "backup").write_text("a file")

    with pytest.raises((EnvironmentFault, PassRefused), match="backup"):
        keeping.keeps(shop)
