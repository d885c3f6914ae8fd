"""Dagster's daemon is killed, which starts passes and follows them: `up` ends with a sentence, and goes on when started again."""

import re
import time
from pathlib import Path

import pytest

from orders_platform_tests import invariants
from orders_platform_tests.local.up_process import Up, started_up
from orders_platform_tests.local.waiting import wait_until

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.faults, pytest.mark.long]
ORDERS = 30
END_SECONDS = 90
ENDED = (
    r"EnvironmentFault: dagster ended by itself; start again, all goes on where it stood; its last words: "
    r"Exception: dagster-daemon process shut down unexpectedly with return code -9 \(log: .+/dagster\.log\)"
)
LAST_TICK = """
query($sensor: SensorSelector!) { sensorOrError(sensorSelector: $sensor) { ... on Sensor {
  sensorState { ticks(limit: 1) { status timestamp } } } } }"""


def test_a_daemon_killed_in_a_tick_has_started_nothing_and_the_next_one_does(tmp_path: Path) -> None:
    """The tick is held at the jobs service, which it asks before it starts a pass."""
    with started_up(tmp_path, "--no-feed") as up:
        service = up.part("databricks", "serve")
        service.suspend()
        held_since = time.time()
        up.sells("first", ORDERS)
        wait_until(lambda: is_ticking(up, held_since), END_SECONDS)

        kill_daemon(up)
        service.resume()

        assert_ended_with_a_sentence(up)
    with started_up(tmp_path, "--no-feed") as again:
        again.wait_for_gold(ORDERS)
        assert invariants.check_all(again.lake) == []


def test_a_daemon_killed_in_a_pass_leaves_a_run_that_is_told_and_a_pass_that_is_finished(tmp_path: Path) -> None:
    """Its job is held in mid-pass, as if it had hours to go."""
    with started_up(tmp_path, "--no-feed") as up:
        up.sells("first", ORDERS)
        run_id = up.run_at_work()
        wait_until(lambda: any(up.reported(run_id)), END_SECONDS)
        up.part("java").suspend()

        kill_daemon(up)

        assert_ended_with_a_sentence(up)
    with started_up(tmp_path, "--no-feed") as again:
        again.wait_for_gold(ORDERS)
        assert again.pages.status(run_id) == "FAILURE"
        assert "bronze.order_events" in again.reported(run_id)
        assert invariants.check_all(again.lake) == []


def kill_daemon(up: Up) -> None:
    """kill -9."""
    up.part("dagster._daemon").kill()


def is_ticking(up: Up, since: float) -> bool:
    """Whether the sensor is in a tick that began after a moment."""
    location, repository = up.pages.location() or ("", "")
    sensor = {"repositoryLocationName": location, "repositoryName": repository, "sensorName": "hub_backlog"}
    ticks = up.pages.ask(LAST_TICK, sensor=sensor)["sensorOrError"]["sensorState"]["ticks"]
    return any(tick["status"] == "STARTED" and tick["timestamp"] > since for tick in ticks)


def assert_ended_with_a_sentence(up: Up) -> None:
    """`up` notices, ends all that it started, and says what to do."""
    _, said = up.process.communicate(timeout=END_SECONDS)

    assert up.process.returncode == 1
    assert re.fullmatch(ENDED, said.strip())
