"""A tick of the sensor that starts passes: over Dagster's records on files, a hub with events and a real jobs service."""

from dataclasses import replace

import dagster as dg
import pytest

from orders_platform.hub.tails import tails
from orders_platform.orchestration.databricks.submission import Submission, run_name, start
from orders_platform.orchestration.jobs import JOB_NAME
from orders_platform.orchestration.sensors.backlog import Cursor
from orders_platform.orchestration.sensors.starting import start_if_behind
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import Settings
from orders_platform_tests.emulators.databricks.service_process import result_of
from orders_platform_tests.orchestration.databricks.conftest import Place, place, service
from orders_platform_tests.orchestration.histories import STATUS, ended, recorded

__all__ = ["place", "service"]


def test_a_run_at_work_is_named_and_nobody_is_asked(instance: dg.DagsterInstance) -> None:
    """Neither hub nor workspace: there are none."""
    run_id = recorded(instance, JOB_NAME, STATUS.QUEUED)

    told = start_if_behind(instance, Settings.from_env({}), None)

    assert told.run_requests == []
    assert _said(told) == f"run {run_id} is at work; what comes meanwhile is the next pass's"


@pytest.mark.spark
@pytest.mark.integration
def test_the_first_tick_over_a_hub_with_events_asks_for_a_pass(instance: dg.DagsterInstance, place: Place) -> None:
    place.shop.sells(3)

    told = start_if_behind(instance, Settings.load(), None)

    [request] = told.run_requests or []
    assert request.run_key
    assert request.tags["orders_platform/reason"] == "3 events wait in the hub"
    assert Cursor.parse(told.cursor).attempts == 1


@pytest.mark.spark
@pytest.mark.integration
def test_ticks_that_overlap_ask_for_one_pass(instance: dg.DagsterInstance, place: Place) -> None:
    """Both know the same cursor; of two requests with one key Dagster takes one."""
    place.shop.sells(3)

    first, second = (start_if_behind(instance, Settings.load(), None) for _ in range(2))

    assert _key(first) == _key(second)


@pytest.mark.spark
@pytest.mark.integration
def test_a_pass_that_failed_is_asked_for_again_though_no_event_came(instance: dg.DagsterInstance, place: Place) -> None:
    """Not at once, and under another key: Dagster takes each one once."""
    place.shop.sells(3)
    first = start_if_behind(instance, Settings.load(), None)
    ended(instance, STATUS.FAILURE)

    at_once = start_if_behind(instance, Settings.load(), first.cursor)
    later = start_if_behind(instance, Settings.load(), _a_minute_older(first.cursor))

    assert "after 1 passes in vain the next one starts in" in _said(at_once)
    assert _key(later) != _key(first)


@pytest.mark.spark
@pytest.mark.integration
def test_what_bronze_reported_is_not_asked_for_again(instance: dg.DagsterInstance, place: Place) -> None:
    place.shop.sells(3)
    now = tails(place.shop.hub)
    ends = {name: tail.next for name, tail in now.partitions.items()}
    told = {"positions_to": dg.MetadataValue.json({now.generation: ends})}
    instance.report_runless_asset_event(dg.AssetMaterialization(asset_key("bronze.order_events"), metadata=told))
    ended(instance, STATUS.SUCCESS)

    assert _said(start_if_behind(instance, Settings.load(), None)) == "every table is at the hub's tail"


@pytest.mark.spark
@pytest.mark.integration
def test_a_run_that_outlived_its_dagster_run_ends_before_the_next_pass(instance: dg.DagsterInstance, place: Place) -> None:
    """Its worker was killed: nobody else is left to cancel it."""
    place.shop.sells(3)
    dagster_run = ended(instance, STATUS.FAILURE)
    asked = Submission(run_name("local", dagster_run), {"mode": "available-now"}, dagster_run)
    left = start(place.service.client, Settings.load().job, asked)

    told = start_if_behind(instance, Settings.load(), None)

    assert _said(told) == f"Databricks run {left} had outlived its Dagster run, and is being cancelled"
    assert result_of(place.service.ended(left)) == "CANCELED"


def _said(result: dg.SensorResult) -> str:
    return result.skip_reason.skip_message or "" if result.skip_reason else ""


def _key(result: dg.SensorResult) -> str:
    [request] = result.run_requests or []
    return request.run_key or ""


def _a_minute_older(cursor: str | None) -> str:
    told = Cursor.parse(cursor)
    return replace(told, asked_at=told.asked_at - 60).text()
