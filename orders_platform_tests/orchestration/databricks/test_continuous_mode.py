"""A job that runs all along, looked after and shown by a sensor, on a real service."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg
import pytest
from databricks.sdk.service.jobs import Continuous, JobSettings, PauseStatus

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.orchestration.databricks import continuous_job as job_of
from orders_platform.orchestration.sensors.observing import observe
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import Settings
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.orchestration.databricks.conftest import Place, built, failure

pytestmark = [pytest.mark.spark, pytest.mark.integration, pytest.mark.long]
PATIENCE_S = 300


def test_a_running_job_is_made_shown_adopted_and_paused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """One life of the job: to start it takes a while."""
    monkeypatch.setenv("ORDERS_MODE", "continuous")
    monkeypatch.setenv("ORDERS_ENVIRONMENT", "dev")
    settings, client = Settings.load(), place.service.client
    place.shop.sells(5)
    with dg.DagsterInstance.local_temp() as instance:
        sensor = _Sensor(instance, settings)

        wait_until(sensor.shows_every_table, PATIENCE_S)

        job = job_of.find(client, settings)
        assert job
        # a tick that was cut off between its events and its cursor
        assert sensor.repeated_without_cursor() == []
        # pressed meanwhile: waits for the job, and takes its results over
        place.shop.sells(3)
        with sensor.ticking():
            adopted = place.passes(instance)
        assert adopted.success
        assert sorted(built(adopted)) == sorted(BY_KEY)

        client.jobs.update(job.job_id or 0, new_settings=JobSettings(continuous=Continuous(pause_status=PauseStatus.PAUSED)))
        wait_until(lambda: not any(client.jobs.list_runs(job_id=job.job_id, active_only=True)), PATIENCE_S)
        assert "is paused" in sensor.tick()
        assert "the continuous job is paused or missing" in failure(place.passes(instance))
        client.jobs.delete(job.job_id or 0)


class _Sensor:
    """Ticks as Dagster's daemon makes them: events are written, then the cursor."""

    def __init__(self, instance: dg.DagsterInstance, settings: Settings) -> None:
        self.instance, self.settings = instance, settings
        self.cursor: str | None = None
        self.shown: list[tuple[dg.AssetKey, float]] = []

    def tick(self) -> str:
        """One tick; what it says."""
        result = observe(self.instance, self.settings, self.cursor)
        for event in result.asset_events:
            self.instance.report_runless_asset_event(event)
            if isinstance(event, dg.AssetMaterialization):
                self.shown.append(_part(event))
        self.cursor = result.cursor
        return str(result.skip_reason)

    def shows_every_table(self) -> bool:
        """Whether, after another tick, each table was shown."""
        self.tick()
        return {key for key, _ in self.shown} == {asset_key(table) for table in BY_KEY}

    def repeated_without_cursor(self) -> list[tuple[dg.AssetKey, float]]:
        """What a tick would show a second time that knows no cursor."""
        again = observe(self.instance, self.settings, None).asset_events
        return [_part(event) for event in again if isinstance(event, dg.AssetMaterialization) and _part(event) in self.shown]

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """All along, beside the block."""
        over = threading.Event()

        def tick_until_over() -> None:
            while not over.wait(0.5):
                self.tick()

        thread = threading.Thread(target=tick_until_over)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def _part(event: dg.AssetMaterialization) -> tuple[dg.AssetKey, float]:
    finished_at = event.metadata["finished_at"].value
    assert isinstance(finished_at, float)
    return event.asset_key, finished_at
