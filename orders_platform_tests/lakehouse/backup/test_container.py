"""A container of Blob Storage as the backup's place, for real: azurite, the command line, a Spark of its own for each run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from orders_platform.local.azurite.running import container_client
from orders_platform_tests.lakehouse.backup.machine import BACKUP, RUN_SECONDS, Machine, verdicts
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.local.blob_served import Served, blob_served
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.long]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder that keeps the blobs."""
    return tmp_path / "home"


@pytest.fixture
def blob(home: Path) -> Iterator[Served]:
    """A Blob storage with nothing in it."""
    with blob_served(home) as served:
        yield served


def machine(shop: Shop, blob: Served, lake: Path) -> Machine:
    """A machine over this shop's hub."""
    assert shop.server is not None
    return Machine({**shop.server.server.client_settings(), **blob.env, "ORDERS_LAKE": str(lake)})


def positions(lake: Path) -> list[tuple[int, int]]:
    """What bronze holds."""
    return sorted((row["partition"], row["sequence_number"]) for row in rows(lake, "bronze.order_events"))


def all_of(shop: Shop) -> list[tuple[int, int]]:
    """Every position that the hub has given out."""
    return [(int(partition), number) for partition, tail in sorted(shop.source.tails.items()) for number in range(tail)]


def test_what_a_container_keeps_fills_a_fresh_lake(shop: Shop, blob: Served, tmp_path: Path) -> None:
    here = machine(shop, blob, tmp_path / "lake")
    shop.sells(9)
    (first,) = here.runs("write")
    shop.sells(4)
    (second,) = here.runs("write")

    (looked_over,) = here.runs("check")
    here.runs("replay", "--into", str(tmp_path / "fresh"))

    assert [(report["written"], report["version"]) for report in (first, second)] == [(9, 0), (4, 1)]
    assert verdicts(looked_over) == {"all_there": True, "nothing_foreign": True, "same_as_bronze": True}
    assert positions(tmp_path / "fresh") == all_of(shop)


def test_a_blob_storage_killed_in_mid_write_fails_the_writer_and_the_next_run_catches_up(
    shop: Shop, blob: Served, home: Path, tmp_path: Path
) -> None:
    here = machine(shop, blob, tmp_path / "lake")
    shop.sells(5)
    here.runs("write")
    shop.sells(3_000)
    before = len(data_of(blob))

    with here.starts(*BACKUP, "write") as killed:
        wait_until(lambda: len(data_of(blob)) > before, RUN_SECONDS)
        blob.kill_azurite()
        _, said = killed.communicate(timeout=RUN_SECONDS)
    with blob_served(home, port=int(blob.address.rpartition(":")[2])):
        (report,) = here.runs("write")
        (looked_over,) = here.runs("check")
        here.runs("replay", "--into", str(tmp_path / "fresh"))

    assert killed.returncode != 0
    assert "EnvironmentFault: the backup" in said
    assert "the next run takes the rest" in said
    assert verdicts(report) == {"positions_complete": True, "at_the_tail": True}
    assert verdicts(looked_over)["all_there"]
    assert positions(tmp_path / "fresh") == all_of(shop)


def data_of(blob: Served) -> list[str]:
    """Blobs of the backup's data, being written or whole."""
    with container_client(blob.address) as client:
        return [each.name for each in client.list_blobs(name_starts_with="orders/data/")]
