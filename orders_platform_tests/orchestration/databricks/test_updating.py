"""The tables by an update of the pipeline, through the real SDK: what is shown of one that goes well, fails, or is cancelled."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from orders_platform.emulators.eventhubs.server import EventHubsServer
from orders_platform.errors import PipelineFailed, SettingsError
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.checks import EXPECTATIONS
from orders_platform.orchestration import faults
from orders_platform.orchestration.databricks import pipeline_update
from orders_platform.orchestration.databricks.pipeline_update import start
from orders_platform.orchestration.pipeline import pipeline_tables
from orders_platform.orchestration.records import committed_positions
from orders_platform.settings import Settings
from orders_platform_tests.emulators.databricks.pipeline_service import (
    FAILS,
    GOES_ON,
    GOES_WELL,
    PipelineService,
    pipeline_service,
)
from orders_platform_tests.lakehouse.conftest import Shop
from orders_platform_tests.local.waiting import wait_until
from orders_platform_tests.orchestration.databricks.conftest import built, failure, metadata

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PipelineService]:
    with pipeline_service(tmp_path_factory.mktemp("pipelines")) as served:
        yield served


@pytest.fixture
def running(served: PipelineService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineService:
    """The environment as one that updates the pipeline: of the backup's files, unless a test names a hub."""
    of_the_test = {"ORDERS_EXECUTOR": "pipeline", "ORDERS_ROADS": "backup", "ORDERS_BACKUP": str(tmp_path)}
    for name, value in (served.settings | of_the_test).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(pipeline_update, "_POLL_SECONDS", 0.01)
    monkeypatch.setattr(faults, "RETRY_SECONDS", 0)
    return served


def update(instance: dg.DagsterInstance | None = None, *tables: str, **config: Any) -> dg.ExecuteInProcessResult:
    """A run over `tables`, or all."""
    return dg.materialize(
        [pipeline_tables],
        instance=instance,
        selection=[dg.AssetKey(table.split(".")) for table in tables] or None,
        run_config={"ops": {"pipeline_tables": {"config": config}}},
        raise_on_error=False,
    )


def ended(running: PipelineService) -> tuple[str, bool]:
    """How the last update ended, and whether it was to make all anew."""
    last = running.service.pipeline.updates[-1]
    return last.state, last.full_refresh


def test_every_table_is_shown_with_its_part_and_each_rule_answers(running: PipelineService) -> None:
    running.runs(GOES_WELL)

    result = update(full_refresh=True)

    assert result.success
    assert built(result) == list(BY_KEY)
    assert ended(running) == ("COMPLETED", True)
    told = metadata(result, "bronze.order_events")
    assert (told["rows_written"], told["databricks_update_id"]) == (5, running.service.pipeline.updates[-1].update_id)
    assert told["databricks_update"].startswith(running.settings["DATABRICKS_HOST"])
    checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
    assert list(checks) == [check.name for check in EXPECTATIONS]
    assert [name for name, check in checks.items() if not check.passed] == ["well_formed"]
    broken = checks["well_formed"]
    assert (broken.severity, broken.metadata["messages"].value, broken.metadata["passed"].value) == (
        dg.AssetCheckSeverity.WARN,
        1,
        4,
    )


def test_the_sensor_knows_how_far_bronze_is_after_an_update(
    running: PipelineService, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hub's tails of before the update: what came while it ran may or may not be there."""
    running.runs(GOES_WELL)
    with Shop(tmp_path).open() as shop:
        assert shop.server
        shop.server.call(_takes_three)
        for name, value in (shop.server.server.client_settings() | {"ORDERS_ROADS": "hub"}).items():
            monkeypatch.setenv(name, value)

        assert update(instance).success

    [ends] = committed_positions(instance).values()
    assert ends == {"0": 3, "1": 0}


def _takes_three(server: EventHubsServer) -> None:
    """Without a client, which takes seconds to be ready."""
    partition = server.hubs["orders"].partition("0")
    assert partition
    partition.append([b"\x00\x53\x75\xa0\x04body"] * 3, 1)


def test_a_table_that_was_picked_is_shown_alone(running: PipelineService) -> None:
    running.runs(GOES_WELL)

    result = update(None, "gold.daily_sales")

    assert built(result) == ["gold.daily_sales"]


def test_a_failed_update_keeps_what_is_done_says_why_and_is_not_tried_again(running: PipelineService) -> None:
    running.runs(FAILS)
    before = len(running.service.pipeline.updates)

    result = update()

    assert not result.success
    assert built(result) == ["bronze.order_events"]
    assert result.get_asset_check_evaluations() == []
    assert "no such column" in failure(result)
    assert f"({running.settings['DATABRICKS_HOST']}/pipelines/local/updates/" in failure(result)
    assert len(running.service.pipeline.updates) == before + 1


def test_an_update_that_nobody_waits_for_any_more_is_stopped(running: PipelineService) -> None:
    running.runs(GOES_ON)
    begun = start(running.client, "local", list[str]().append, full_refresh=False)

    def interrupted(said: str) -> None:
        if "from_hub" in said:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begun.followed(interrupted)

    assert ended(running)[0] == "CANCELED"


def test_an_update_that_somebody_else_stops_is_a_failure_of_the_run(running: PipelineService) -> None:
    running.runs(GOES_ON)
    begun = start(running.client, "local", list[str]().append, full_refresh=False)
    running.client.pipelines.stop("local")

    story = begun.followed(list[str]().append)

    with pytest.raises(PipelineFailed, match="ended CANCELED"):
        begun.need_success(story)


def test_another_update_at_work_is_waited_for(running: PipelineService) -> None:
    running.runs(GOES_ON)
    other = running.start()
    wait_until(lambda: running.state(other) == "RUNNING")
    running.runs(GOES_WELL)
    said: list[str] = []

    def stop_the_other(sentence: str) -> None:
        said.append(sentence)
        threading.Thread(target=running.client.pipelines.stop, args=("local",)).start()

    begun = start(running.client, "local", stop_the_other, full_refresh=False)

    assert running.ended(begun.update_id) == "COMPLETED"
    assert running.state(other) == "CANCELED"
    [sentence] = said
    assert other in sentence


def test_a_pipeline_that_is_not_there_is_a_sentence(running: PipelineService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERS_PIPELINE", "gone")

    assert failure(update()) == "the workspace answers: The specified pipeline gone was not found."


def test_without_a_pipeline_the_setting_is_named() -> None:
    with pytest.raises(SettingsError, match="set ORDERS_PIPELINE"):
        Settings.from_env({}).executor.need_pipeline()
