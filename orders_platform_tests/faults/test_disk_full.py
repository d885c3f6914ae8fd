"""The disk under lake and checkpoint is full: a sentence says so at whatever table; with room again, the next pass finishes."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from deltalake import DeltaTable

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform_tests import invariants
from orders_platform_tests.emulators.databricks.service_process import started_service
from orders_platform_tests.faults.meanwhile import meanwhile, recorded
from orders_platform_tests.faults.small_disk import SmallDisk, small_disk
from orders_platform_tests.orchestration.databricks.conftest import Place, built, failure, placed

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.faults, pytest.mark.long]
BRONZE = "bronze.order_events"
FULL = "the disk is full: make room, and run again; what was committed stands, nothing is half written"


@pytest.fixture
def disk(place: Place) -> Iterator[SmallDisk]:
    """The lake's own."""
    with small_disk(place.lake) as disk:
        yield disk


def test_a_disk_that_is_full_before_there_is_a_table_is_one_sentence(place: Place, disk: SmallDisk) -> None:
    place.shop.sells(5)
    disk.fill()

    failed = place.passes()

    assert (failure(failed), built(failed)) == (FULL, [])
    assert_the_next_pass_finishes(place, disk)


def test_a_disk_that_is_full_before_the_stream_starts_is_one_sentence(place: Place, disk: SmallDisk) -> None:
    """Its checkpoint is what is written first."""
    place.shop.sells(5)
    assert place.passes().success
    place.shop.sells(5)
    disk.fill()

    failed = place.passes()

    assert (failure(failed), built(failed)) == (FULL, [])
    assert_the_next_pass_finishes(place, disk)


def test_a_disk_that_fills_up_after_bronze_is_one_sentence(place: Place, disk: SmallDisk) -> None:
    place.shop.sells(5)

    with dg.DagsterInstance.local_temp() as instance, meanwhile(recorded(instance, BRONZE), disk.fill):
        failed = place.passes(instance)

    assert failure(failed) == FULL
    assert BRONZE in built(failed)
    assert_the_next_pass_finishes(place, disk)


def test_a_disk_that_has_no_room_for_messages_either_is_one_sentence(
    place: Place, disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a laptop lake and messages share a disk: the sentence then comes by the run's own state."""
    monkeypatch.setenv("ORDERS_MESSAGES", str(disk.root / "messages"))
    place.shop.sells(5)

    with dg.DagsterInstance.local_temp() as instance, meanwhile(recorded(instance, BRONZE), disk.fill):
        failed = place.passes(instance)

    assert failure(failed).endswith(f"ended FAILED: EnvironmentFault: {FULL}")
    assert BRONZE in built(failed)
    assert_the_next_pass_finishes(place, disk)


def test_a_pass_on_a_freed_disk_does_the_work_of_any_other_where_all_lay_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under `up`: lake, hub, messages, the jobs service's records and its runs' logs. Nothing of the cluster is lost."""
    with (
        small_disk(tmp_path / "disk", "300m") as disk,
        started_service(home_on(disk), "--grace", "1") as service,
        placed(service, disk.root / "shop", service.home / "lake", monkeypatch) as place,
    ):
        service.wait_for_warmth()
        cluster = service.jvm.pid
        ordinary = [commits_of_a_pass(place) for _ in range(2)][-1]
        place.shop.sells(5)
        with dg.DagsterInstance.local_temp() as instance, meanwhile(recorded(instance, BRONZE), disk.fill):
            failed = place.passes(instance)
        assert failure(failed).endswith(FULL)
        assert not place.passes().success
        disk.make_room()
        assert place.passes().success

        assert commits_of_a_pass(place) == ordinary
        assert service.jvm.pid == cluster
        assert invariants.check_all(place.lake) == []


def home_on(disk: SmallDisk) -> Path:
    """Its folder, made."""
    home = disk.root / "home"
    home.mkdir()
    return home


def commits_of_a_pass(place: Place) -> dict[str, int]:
    """By table, of a pass over five new orders: the same work makes the same commits."""
    before = versions(place)
    place.shop.sells(5)
    assert place.passes().success
    return {key: version - before.get(key, -1) for key, version in versions(place).items()}


def versions(place: Place) -> dict[str, int]:
    places = {key: place.lake.joinpath(*key.split(".")) for key in BY_KEY}
    return {key: DeltaTable(path).version() for key, path in places.items() if path.is_dir()}


def assert_the_next_pass_finishes(place: Place, disk: SmallDisk) -> None:
    disk.make_room()

    result = place.passes()

    assert result.success
    assert sorted(built(result)) == sorted(BY_KEY)
    assert invariants.check_all(place.lake) == []
