"""`up`: all parts run, a pass started through the pages fills gold, and nothing is left when it ends."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from orders_platform.local.dagster_ui import DagsterUI
from orders_platform_tests.local.waiting import is_alive, wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark]
FIRST_PASS_SECONDS = 400


@dataclass(frozen=True, slots=True)
class Up:
    """A running `up`, and what it said when it was ready."""

    process: subprocess.Popen[str]
    home: Path
    told: dict[str, Any]

    @property
    def pages(self) -> DagsterUI:
        """Its Dagster."""
        return DagsterUI(int(self.told["dagster"].rpartition(":")[2]))


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The platform in a fresh home, with its feed."""
    home = tmp_path_factory.mktemp("home")
    with subprocess.Popen(_command(home), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            yield Up(process, home, json.loads(line))
        finally:
            process.kill()


def test_the_first_pass_brings_the_feed_to_gold(up: Up) -> None:
    """Launched through the pages' own API, carried out by Dagster's run worker with a Spark of its own."""
    assert up.pages.wait(up.told["run"], FIRST_PASS_SECONDS) == "SUCCESS"

    assert rows(up.home / "lake", "bronze.order_events")
    assert sum(row["orders"] for row in rows(up.home / "lake", "gold.daily_sales")) > 0


def test_a_single_table_can_be_materialized_from_the_pages(up: Up) -> None:
    """As pressing Materialize on one asset does."""
    run_id = up.pages.launch("__ASSET_JOB", [["bronze", "order_events"]])

    assert up.pages.wait(run_id, FIRST_PASS_SECONDS) == "SUCCESS"


def test_a_second_up_on_the_same_home_is_one_sentence(up: Up) -> None:
    """It names the process that holds the home."""
    done = subprocess.run(_command(up.home), capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert f"(process {up.process.pid}) is already at work in" in " ".join(done.stderr.split())


def test_a_port_that_is_taken_is_one_sentence(up: Up, tmp_path: Path) -> None:
    """Nobody gets another port than the one that was asked for."""
    port = up.told["dagster"].rpartition(":")[2]

    done = subprocess.run([*_command(tmp_path), "--port", port], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert f"port {port} is taken" in " ".join(done.stderr.split())


def test_sigterm_ends_all_that_was_started(up: Up) -> None:
    """Servers, run workers, JVMs: none is left, and the exit is a clean one."""
    family = [child.pid for child in psutil.Process(up.process.pid).children(recursive=True)]

    up.process.send_signal(signal.SIGTERM)

    assert up.process.wait(60) == 0
    assert len(family) > 5
    wait_until(lambda: not any(is_alive(member) for member in family))


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "orders_platform", "up", "--json", "--home", str(home)]
