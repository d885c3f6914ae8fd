"""A container of Blob Storage as the backup's place, for real: azurite, the command line, a Spark of its own for each run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orders_platform.local.azurite.running import container_client
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.local.blob_served import Served, blob_served
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.spark, pytest.mark.faults, pytest.mark.long]
RUN_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that has a hub and a Blob storage, by settings alone."""

    env: Mapping[str, str]

    @contextmanager
    def starts(self, *words: str) -> Iterator["subprocess.Popen[str]"]:
        """A verb of the backup, at work; it has ended when the block ends."""
        command = [sys.executable, "-m", "orders_platform", "backup", *words]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ | dict(self.env)) as process:
            try:
                yield process
            finally:
                # its Java hears of it by its pipe
                process.kill()

    def runs(self, *words: str) -> list[dict[str, Any]]:
        """What a verb of the backup tells, a report for each table."""
        with self.starts(*words, "--json") as process:
            told, said = process.communicate(timeout=RUN_SECONDS)
        assert process.returncode == 0, said
        # between them, Java may say something of itself
        return [json.loads(line) for line in told.splitlines() if line.startswith("{")]


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


def verdicts(report: Mapping[str, Any]) -> dict[str, bool]:
    """Which checks pass."""
    return {check["name"]: check["passed"] for check in report["checks"]}


def test_what_a_container_keeps_fills_a_fresh_lake(shop: Shop, blob: Served, tmp_path: Path) -> None:
    here = machine(shop, blob, tmp_path / "lake")
    shop.sells(9)
    (first,) = here.runs("write")
    shop.sells(4)
    (second,) = here.runs("write")

    (looked_over,) = here.runs("check")
    here.runs("replay", "--into", str(tmp_path / "fresh"))

    assert [(report["written"], report["version"]) for report in (first, second)] == [(9, 0), (4, 1)]
    assert verdicts(looked_over) == {"all_there": True, "nothing_foreign": True}
    assert positions(tmp_path / "fresh") == all_of(shop)


def test_a_blob_storage_killed_in_mid_write_fails_the_writer_and_the_next_run_catches_up(
    shop: Shop, blob: Served, home: Path, tmp_path: Path
) -> None:
    here = machine(shop, blob, tmp_path / "lake")
    shop.sells(5)
    here.runs("write")
    shop.sells(3_000)
    before = len(data_of(blob))

    with here.starts("write") as killed:
        wait_until(lambda: len(data_of(blob)) > before, RUN_SECONDS)
        blob.kill_azurite()
        _, said = killed.communicate(timeout=RUN_SECONDS)
    with blob_served(home, port=int(blob.address.rpartition(":")[2])) as again:
        (report,) = here.runs("write")
        (looked_over,) = here.runs("check")
        here.runs("replay", "--into", str(tmp_path / "fresh"))

    print(said, report, looked_over, again)
    assert killed.returncode != 0
    assert verdicts(report) == {"positions_complete": True, "at_the_tail": True}
    assert verdicts(looked_over)["all_there"]
    assert positions(tmp_path / "fresh") == all_of(shop)


def data_of(blob: Served) -> list[str]:
    """Blobs of the backup's data, being written or whole."""
    with container_client(blob.address) as client:
        return [each.name for each in client.list_blobs(name_starts_with="orders/data/")]
