"""Updates of the one pipeline, as the SDK sees them; the contract suite holds what any workspace does."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from databricks.sdk.errors import InvalidParameterValue

from orders_platform_tests.emulators.databricks.pipeline_service import (
    FAILS,
    GOES_ON,
    GOES_WELL,
    STAYS,
    PipelineService,
    pipeline_service,
)
from orders_platform_tests.local.waiting import is_alive, wait_until

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PipelineService]:
    with pipeline_service(tmp_path_factory.mktemp("pipelines")) as running:
        yield running


def test_an_update_tells_each_flow_its_rows_and_the_rules(running: PipelineService) -> None:
    running.runs(GOES_WELL)
    update_id = running.start()

    assert running.ended(update_id) == "COMPLETED"

    told = [event for event in running.service.pipeline.log.events if event["origin"]["update_id"] == update_id]
    flows = [event["details"]["flow_progress"] for event in told if event["event_type"] == "flow_progress"]
    states = [event["details"]["update_progress"]["state"] for event in told if event["event_type"] == "update_progress"]
    assert states == ["RUNNING", "COMPLETED"]
    assert {flow.get("metrics", {}).get("num_output_rows") for flow in flows} == {None, 1, 2, 3, 5}
    assert flows[-1]["data_quality"]["expectations"][0] == {
        "name": "well_formed",
        "dataset": "sound_messages",
        "passed_records": 4,
        "failed_records": 1,
    }


def test_the_sdk_reads_all_events_page_by_page_in_either_order_or_since_a_time(running: PipelineService) -> None:
    running.runs(GOES_WELL)
    running.ended(running.start())
    every = [event["id"] for event in running.service.pipeline.log.events]
    middle = running.service.pipeline.log.events[len(every) // 2]["timestamp"]

    def read(**asked: Any) -> list[str]:
        return [event.id or "" for event in running.client.pipelines.list_pipeline_events("local", max_results=9, **asked)]

    assert read(order_by=["timestamp asc"]) == every
    assert read() == every[::-1]
    since = read(order_by=["timestamp asc"], filter=f"timestamp >= '{middle}' AND level = 'INFO'")
    assert since == every[-len(since) :]
    assert read(filter="timestamp > '2100-01-01T00:00:00Z'") == []


@pytest.mark.parametrize("asked", [{"filter": "message = 'x'"}, {"filter": "timestamp > 'now'"}, {"page_token": "9"}])
def test_what_cannot_be_understood_is_refused(running: PipelineService, asked: dict[str, Any]) -> None:
    running.ended(running.start())

    with pytest.raises(InvalidParameterValue):
        list(running.client.pipelines.list_pipeline_events("local", **asked))


def test_a_failed_update_says_why_and_its_page_is_there(running: PipelineService) -> None:
    running.runs(FAILS)
    update_id = running.start()

    assert running.ended(update_id) == "FAILED"

    [error] = list(running.client.pipelines.list_pipeline_events("local", filter="level='ERROR'"))
    assert error.error
    assert error.error.exceptions
    assert error.error.exceptions[0].message == "PipelineFailed: the declarative pipeline failed: no such column"
    page = requests.get(f"{running.settings['DATABRICKS_HOST']}/pipelines/local/updates/{update_id}", timeout=30)
    assert "Flow &#x27;from_hub&#x27; has COMPLETED." in page.text
    assert "FAILED" in page.text


def test_what_prints_no_result_is_a_failure_and_the_next_update_starts(running: PipelineService) -> None:
    running.runs("print('no JSON')")

    assert running.ended(running.start()) == "FAILED"
    running.runs(GOES_WELL)
    assert running.ended(running.start()) == "COMPLETED"


def test_a_process_that_does_not_end_when_asked_to_is_killed(running: PipelineService) -> None:
    running.runs(STAYS)
    update_id = running.start()
    wait_until(lambda: running.service.pipeline.log.events[-1]["event_type"] == "flow_progress", 60)

    running.client.pipelines.stop("local")

    assert running.ended(update_id) == "CANCELED"


def test_no_process_of_an_update_outlives_the_service(tmp_path: Path) -> None:
    with pipeline_service(tmp_path, GOES_ON) as running:
        running.start()
        wait_until(lambda: running.children != [], 60)
        [child] = running.children

    assert not is_alive(child)
