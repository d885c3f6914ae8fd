"""`up`: all parts run, passes start by themselves and survive what ends them, and nothing is left when it ends."""

import re
import signal
import subprocess
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.local.run_worker import worker_of
from orders_platform_tests import invariants
from orders_platform_tests.docs.squad_guide import SCRIPTS, START, typed
from orders_platform_tests.emulators.databricks.service_process import result_of
from orders_platform_tests.local.up_process import PASS_SECONDS, Up, started_up, up_command
from orders_platform_tests.local.waiting import is_alive, wait_until
from orders_platform_tests.oracle.lake import rows

pytestmark = [pytest.mark.integration, pytest.mark.spark]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """The platform in a fresh home, as the squad's guide starts it; orders come when a test sends them."""
    assert START == "make up ARGS=--no-feed\n"
    with started_up(tmp_path_factory.mktemp("home"), "--no-feed") as up:
        yield up


def test_orders_reach_gold_by_a_pass_that_starts_by_itself(up: Up) -> None:
    """The sensor sees the hub's tail move; the jobs service does the work."""
    up.sells("first", 20)

    up.wait_for_gold(20)

    run = up.newest_run()
    assert run["status"] == "SUCCESS"
    assert {"key": "dagster/sensor_name", "value": "hub_backlog"} in run["tags"]
    assert invariants.check_all(up.lake) == []


def test_the_heartbeat_says_that_all_who_watch_are_alive(up: Up) -> None:
    wait_until(lambda: up.heartbeat()[0] == 200, PASS_SECONDS)

    assert {"alerts", "alerting", "hub_backlog", "ledger_entries"} <= set(up.heartbeat()[1]["ages_seconds"])


def test_a_single_table_can_be_materialized_from_the_pages(up: Up) -> None:
    """As pressing Materialize on one asset does."""
    run_id = up.pages.launch("__ASSET_JOB", [["bronze", "order_events"]])

    assert up.pages.wait(run_id, PASS_SECONDS) == "SUCCESS"


@pytest.mark.long
def test_a_pass_that_is_terminated_leaves_no_job_at_work_and_the_next_one_goes_on(up: Up) -> None:
    """By the mutation that the button of the pages sends."""
    up.sells("second", 30)
    run_id = up.run_at_work()

    up.terminate(run_id)

    assert up.pages.wait(run_id, PASS_SECONDS) == "CANCELED"
    [cancelled] = up.jobs_of(run_id)
    assert result_of(cancelled) == "CANCELED"
    assert len(up.reported(run_id)) < len(BY_KEY)
    up.wait_for_gold(up.accepted())
    assert invariants.check_all(up.lake) == []


@pytest.mark.long
def test_a_worker_that_is_killed_leaves_no_job_at_work_and_the_next_pass_goes_on(up: Up) -> None:
    """Nobody is left who could cancel its Databricks run; the monitoring and the sensor do."""
    up.sells("third", 30)
    run_id = up.run_at_work()
    worker = worker_of(up.home / "dagster" / "workers" / run_id)
    assert worker

    psutil.Process(worker).kill()

    up.wait_for_gold(up.accepted())
    assert up.pages.status(run_id) == "FAILURE"
    assert invariants.check_all(up.lake) == []


def test_the_control_room_is_part_of_it(up: Up) -> None:
    room = HTTPConnection(up.told["room"].removeprefix("http://"), timeout=20)

    room.request("GET", "/_stcore/health")

    assert room.getresponse().status == 200


def test_a_second_up_on_the_same_home_is_one_sentence(up: Up) -> None:
    """It names the process that holds the home."""
    done = subprocess.run(up_command(up.home), capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert f"(process {up.process.pid}) is already at work in" in " ".join(done.stderr.split())


def test_a_port_that_is_taken_is_one_sentence(up: Up, tmp_path: Path) -> None:
    """Nobody gets another port than the one that was asked for."""
    port = up.told["dagster"].rpartition(":")[2]

    done = subprocess.run([*up_command(tmp_path), "--port", port], capture_output=True, text=True, check=False, timeout=60)

    assert done.returncode == 1
    assert f"port {port} is taken" in " ".join(done.stderr.split())


@pytest.mark.long
def test_the_squads_guide_leads_to_the_first_order_in_gold(up: Up, tmp_path: Path) -> None:
    """Each of its scripts as it stands there, in the order of the page."""
    place, change, look, load, *others = SCRIPTS

    created = typed(up, place, tmp_path)
    again = typed(up, place, tmp_path)
    changed = typed(up, change, tmp_path)

    assert "201 Created" in created
    assert "idempotent-replayed: true" in again
    assert '"status":"paid"' in changed
    assert '"kind":"cancellation"' in changed
    wait_until(lambda: [(row["orders"], row["cancellations"]) for row in sold(up, "Brazil")] == [(1, 1)], PASS_SECONDS)
    assert re.search(r"Brazil .* 1 .* 1 .* 1238 .* 619 .* 619", typed(up, look, tmp_path))

    assert "accepted" in typed(up, load, tmp_path)
    assert len((tmp_path / "ledger.jsonl").read_text().splitlines()) >= 200
    for script in others:
        typed(up, script, tmp_path)
    assert "wait" in typed(up, "orders-platform outbox state", tmp_path)


def test_sigterm_ends_all_that_was_started(up: Up) -> None:
    """Servers, run workers, JVMs: none is left, and the exit is a clean one."""
    family = [child.pid for child in psutil.Process(up.process.pid).children(recursive=True)]

    up.process.send_signal(signal.SIGTERM)

    assert up.process.wait(60) == 0
    assert len(family) > 5
    wait_until(lambda: not any(is_alive(member) for member in family))


def sold(up: Up, country: str) -> list[dict[str, Any]]:
    """Gold's rows of a country."""
    return [row for row in rows(up.lake, "gold.daily_sales") if row["country"] == country]
