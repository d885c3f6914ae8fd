"""`up`: all parts run, passes start by themselves and survive what ends them, and nothing is left when it ends."""

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
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import RunResultState

from orders_platform.hub.publish import Publisher
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.local.dagster_ui import DagsterUI
from orders_platform.local.run_worker import worker_of
from orders_platform.settings import Settings
from orders_platform_tests import invariants
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.local.waiting import is_alive, wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark]
PASS_SECONDS = 200
NEWEST = "{ runsOrError(limit: 1) { ... on Runs { results { runId status tags { key value } } } } }"
TERMINATE = "mutation($id: String!) { terminateRun(runId: $id) { __typename } }"
REPORTED = "query($id: ID!) { runOrError(runId: $id) { ... on Run { assetMaterializations { assetKey { path } } } } }"


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

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    @property
    def workspace(self) -> WorkspaceClient:
        """Its jobs service."""
        settings = self.told["databricks"]["env"]
        return WorkspaceClient(host=settings["DATABRICKS_HOST"], token=settings["DATABRICKS_TOKEN"], auth_type="pat")

    def sells(self, prefix: str, orders: int) -> None:
        """Send new orders to its hub, as the squad does."""
        hub = Settings.from_env(self.told["hub"]["env"]).need_hub()
        with Publisher(hub) as publisher:
            publisher.publish((name, body(an_event(name))) for name in (f"{prefix}{place}" for place in range(orders)))

    def wait_for_gold(self, orders: int) -> None:
        """Until so many orders are counted, and the last pass has come to its good end."""
        wait_until(lambda: sum(row["orders"] for row in rows(self.lake, "gold.daily_sales")) == orders, PASS_SECONDS)
        wait_until(self._is_idle, PASS_SECONDS)

    def _is_idle(self) -> bool:
        return self.newest_run()["status"] == "SUCCESS" and not any(self.workspace.jobs.list_runs(active_only=True))

    def newest_run(self) -> dict[str, Any]:
        """Dagster's newest run."""
        found = self.pages.ask(NEWEST)["runsOrError"]["results"]
        return dict(found[0]) if found else {"runId": "", "status": "", "tags": []}

    def run_at_work(self) -> str:
        """Id of a pass that the jobs service works on, which begins when there are orders."""
        wait_until(lambda: any(self.workspace.jobs.list_runs(active_only=True)), PASS_SECONDS)
        return str(self.newest_run()["runId"])


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The platform in a fresh home; orders come when a test sends them."""
    home = tmp_path_factory.mktemp("home")
    with subprocess.Popen(_command(home, "--no-feed"), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            yield Up(process, home, json.loads(line))
        finally:
            process.kill()


def test_orders_reach_gold_by_a_pass_that_starts_by_itself(up: Up) -> None:
    """The sensor sees the hub's tail move; the jobs service does the work."""
    up.sells("first", 20)

    up.wait_for_gold(20)

    run = up.newest_run()
    assert run["status"] == "SUCCESS"
    assert {"key": "dagster/sensor_name", "value": "hub_backlog"} in run["tags"]
    assert invariants.check_all(up.lake) == []


def test_a_single_table_can_be_materialized_from_the_pages(up: Up) -> None:
    """As pressing Materialize on one asset does."""
    run_id = up.pages.launch("__ASSET_JOB", [["bronze", "order_events"]])

    assert up.pages.wait(run_id, PASS_SECONDS) == "SUCCESS"


def test_a_pass_that_is_terminated_leaves_no_job_at_work_and_the_next_one_goes_on(up: Up) -> None:
    """By the mutation that the button of the pages sends."""
    up.sells("second", 30)
    run_id = up.run_at_work()

    up.pages.ask(TERMINATE, id=run_id)

    assert up.pages.wait(run_id, PASS_SECONDS) == "CANCELED"
    reported = up.pages.ask(REPORTED, id=run_id)["runOrError"]["assetMaterializations"]
    [cancelled] = [run for run in up.workspace.jobs.list_runs() if run_id in (run.run_name or "")]
    assert cancelled.state
    assert cancelled.state.result_state is RunResultState.CANCELED
    assert len(reported) < len(BY_KEY)
    up.wait_for_gold(50)
    assert invariants.check_all(up.lake) == []


@pytest.mark.long
def test_a_worker_that_is_killed_leaves_no_job_at_work_and_the_next_pass_goes_on(up: Up) -> None:
    """Nobody is left who could cancel its Databricks run; the monitoring and the sensor do."""
    up.sells("third", 30)
    run_id = up.run_at_work()
    worker = worker_of(up.home / "dagster" / "workers" / run_id)
    assert worker

    psutil.Process(worker).kill()

    up.wait_for_gold(80)
    assert up.pages.status(run_id) == "FAILURE"
    assert invariants.check_all(up.lake) == []


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


def _command(home: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "orders_platform", "up", "--json", "--home", str(home), *words]
