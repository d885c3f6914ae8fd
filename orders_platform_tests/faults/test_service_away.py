"""The jobs service is gone for good, or killed in mid-pass: what was told stays, and a sentence says what to do."""

import re
from collections.abc import Iterator
from contextlib import closing

import dagster as dg
import pytest

from orders_platform import workspace as of_workspace
from orders_platform.definitions import defs
from orders_platform.errors import WorkspaceError
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.orchestration.jobs import JOB_NAME
from orders_platform.orchestration.sensors.switch import hub_backlog
from orders_platform_tests import invariants
from orders_platform_tests.emulators.databricks.service_process import result_of
from orders_platform_tests.faults.meanwhile import meanwhile, recorded
from orders_platform_tests.orchestration.databricks.conftest import Place, built, failure
from orders_platform_tests.orchestration.databricks.gate import Gate

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.faults, pytest.mark.long]
BRONZE = "bronze.order_events"
AWAY = r"^the workspace does not answer \(.+\); check DATABRICKS_HOST and the network$"


@pytest.fixture
def gate(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """The only way to the service; an outage is taken for one without an end after six seconds."""
    with closing(Gate(int(place.service.settings["DATABRICKS_HOST"].rpartition(":")[2]))) as gate:
        monkeypatch.setenv("DATABRICKS_HOST", gate.url)
        monkeypatch.setattr(of_workspace, "OUTAGE_SECONDS", 6)
        yield gate


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's records."""
    with dg.DagsterInstance.local_temp() as instance:
        yield instance


def test_a_service_that_goes_for_good_fails_the_run_and_what_it_left_is_cancelled_when_it_is_back(
    place: Place, gate: Gate, instance: dg.DagsterInstance
) -> None:
    """Its run is held in mid-pass all the while, as if it had hours to go."""
    place.shop.sells(30)
    jvm = place.service.jvm

    def go_away() -> None:
        jvm.suspend()
        gate.shut()

    try:
        with meanwhile(recorded(instance, BRONZE), go_away):
            failed = a_pass(instance)
        with pytest.raises(WorkspaceError, match=AWAY):
            tick(instance)
        gate.open()
        looked = tick(instance)
    finally:
        jvm.resume()

    assert re.match(AWAY, failure(failed))
    assert {BRONZE} <= set(built(failed)) < set(BY_KEY)
    assert recorded(instance, BRONZE)()
    left = next(place.service.client.jobs.list_runs())
    assert looked.skip_reason == dg.SkipReason(
        f"Databricks run {left.run_id} had outlived its Dagster run, and is being cancelled"
    )
    assert result_of(place.service.ended(left.run_id or 0)) == "CANCELED"
    assert_the_next_pass_goes_on(place, instance)


def test_a_pass_that_finds_no_service_fails_in_one_sentence(place: Place, gate: Gate, instance: dg.DagsterInstance) -> None:
    place.shop.sells(3)
    gate.shut()

    failed = a_pass(instance)

    assert re.match(AWAY, failure(failed))
    assert built(failed) == []
    gate.open()
    assert_the_next_pass_goes_on(place, instance)


def test_a_service_that_is_killed_in_mid_pass_and_started_again_costs_time_alone(
    place: Place, instance: dg.DagsterInstance
) -> None:
    """Its cluster dies with it; the step is tried again."""
    place.shop.sells(30)

    def kill_and_start() -> None:
        place.service.kill()
        place.service.start()

    with meanwhile(recorded(instance, BRONZE), kill_and_start):
        result = a_pass(instance)

    assert result.success
    assert [e.event_type_value for e in result.all_events].count("STEP_RESTARTED") == 1
    assert invariants.check_all(place.lake) == []


def a_pass(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """The job that the sensor starts."""
    return defs.resolve_job_def(JOB_NAME).execute_in_process(instance=instance, raise_on_error=False)


def tick(instance: dg.DagsterInstance) -> dg.SensorResult:
    """A look of the sensor."""
    result = hub_backlog(dg.build_sensor_context(instance))
    assert isinstance(result, dg.SensorResult)
    return result


def assert_the_next_pass_goes_on(place: Place, instance: dg.DagsterInstance) -> None:
    """It is started by the sensor, and brings every table up to the hub's tail."""
    assert len(tick(instance).run_requests or ()) == 1
    result = a_pass(instance)
    assert result.success
    assert sorted(built(result)) == sorted(BY_KEY)
    assert invariants.check_all(place.lake) == []
