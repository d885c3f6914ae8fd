"""Before anything is set: every sensor and schedule looks, fails not, and says what to set where it is to start something."""

import os
from datetime import UTC, datetime

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.orchestration.jobs import MAINTENANCE_JOB_NAME
from orders_platform.orchestration.sensors.switch import pass_sensors
from orders_platform.settings import Settings

REPOSITORY = defs.get_repository_def()
SENSORS, SCHEDULES = REPOSITORY.sensor_defs, REPOSITORY.schedule_defs
NIGHT = datetime(2026, 1, 5, 3, 30, tzinfo=UTC)
RUNNING, STOPPED = dg.DefaultSensorStatus.RUNNING, dg.DefaultSensorStatus.STOPPED


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("ORDERS_", "DATABRICKS_"))]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize("sensor", SENSORS, ids=lambda sensor: sensor.name)
def test_no_sensor_fails_or_starts_anything(sensor: dg.SensorDefinition, instance: dg.DagsterInstance) -> None:
    tick = sensor.evaluate_tick(dg.build_sensor_context(instance, repository_def=REPOSITORY))

    assert tick.run_requests == []
    assert tick.skip_message


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda schedule: schedule.name)
def test_no_schedule_that_runs_by_itself_fails_or_starts_anything(
    schedule: dg.ScheduleDefinition, instance: dg.DagsterInstance
) -> None:
    """A run of it would be red every night."""
    tick = schedule.evaluate_tick(dg.build_schedule_context(instance, scheduled_execution_time=NIGHT))

    if schedule.default_status is dg.DefaultScheduleStatus.RUNNING:
        assert list(tick.run_requests or ()) == []
        assert tick.skip_message


@pytest.mark.parametrize("one", [*SENSORS, *SCHEDULES], ids=lambda one: one.name)
def test_each_says_what_it_does(one: dg.SensorDefinition | dg.ScheduleDefinition) -> None:
    assert one.description


def test_the_one_that_starts_passes_names_the_settings(instance: dg.DagsterInstance) -> None:
    tick = REPOSITORY.get_sensor_def("hub_backlog").evaluate_tick(dg.build_sensor_context(instance))

    assert (tick.skip_message or "").startswith("no hub is named: set ORDERS_HUB_NAME")


@pytest.mark.parametrize(
    ("env", "running"),
    [({}, {"hub_backlog", "ledger_entries"}), ({"ORDERS_MODE": "continuous"}, {"continuous_job"})],
    ids=["backlog", "continuous"],
)
def test_only_the_sensors_of_the_chosen_mode_look(env: dict[str, str], running: set[str]) -> None:
    """The others would be skipped all day; they say why they are stopped."""
    sensors = pass_sensors(Settings.from_env(env))

    assert {sensor.name for sensor in sensors if sensor.default_status is RUNNING} == running
    assert {sensor.name for sensor in sensors if "ORDERS_MODE is" in (sensor.description or "")} == {
        sensor.name for sensor in sensors if sensor.default_status is STOPPED
    }


def test_a_platform_that_has_something_is_maintained(instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_HUB_NAME", "orders")
    monkeypatch.setenv("ORDERS_HUB_NAMESPACE", "ns.servicebus.windows.net")
    [nightly] = [one for one in SCHEDULES if one.job_name == MAINTENANCE_JOB_NAME]

    tick = nightly.evaluate_tick(dg.build_schedule_context(instance, scheduled_execution_time=NIGHT))

    assert len(tick.run_requests or ()) == 1
