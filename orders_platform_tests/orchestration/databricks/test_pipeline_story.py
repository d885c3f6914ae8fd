"""What events of an update add up to, be they read twice, of another update, or in the words of the event log's table."""

import json
from typing import Any

import pytest

from orders_platform.orchestration.databricks.pipeline_story import Expectation, Story

UPDATE = "u-1"


def an_event(number: int, kind: str = "flow_progress", *, second: int = 0, update: str = UPDATE, **more: Any) -> dict[str, Any]:
    """An event as the API writes it; `flow_name`, `dataset_name`, `level` and `error` where given, all else is its details."""
    origin = {"update_id": update} | {name: more.pop(name) for name in ("flow_name", "dataset_name") if name in more}
    outer = {name: more.pop(name) for name in ("level", "error") if name in more}
    return {
        "id": f"e-{number}",
        "event_type": kind,
        "timestamp": f"2026-11-26T06:37:{second:02}.083Z",
        "message": f"message {number}",
        "origin": origin,
        "details": {kind: more},
    } | outer


def counted(rule: str, passed: int, failed: int) -> dict[str, Any]:
    told = {"name": rule, "dataset": "sound_messages", "passed_records": passed, "failed_records": failed}
    return {"expectations": [told]}


def test_rows_and_counts_of_all_its_batches_are_added_up_and_an_event_counts_once() -> None:
    first = an_event(
        1, flow_name="kept", status="RUNNING", metrics={"num_output_rows": 3}, data_quality=counted("well_formed", 3, 1)
    )
    second = an_event(
        2,
        second=4,
        flow_name="kept",
        status="COMPLETED",
        metrics={"num_output_rows": 2},
        data_quality=counted("well_formed", 2, 0),
    )
    story = Story(UPDATE)

    said = [story.hear(event) for event in (first, second, first, second)]

    [flow] = story.dataset("kept")
    assert said == ["message 1", "message 2", "", ""]
    assert (flow.rows, flow.seconds, flow.is_done) == (5, 4.0, True)
    assert story.expectations == {"well_formed": Expectation(passed=5, failed=1)}


def test_another_updates_events_are_left_alone() -> None:
    story = Story(UPDATE)

    story.hear(an_event(1, flow_name="kept", update="u-0", metrics={"num_output_rows": 3}))
    story.hear({"id": "of no update", "event_type": "cluster_resources", "origin": {}})

    assert story.flows == {}


def test_names_are_told_without_catalog_and_schema_and_details_may_be_text() -> None:
    event = an_event(
        1, flow_name="`shop`.`pipeline`.`from_hub`", dataset_name="shop.pipeline.bronze_order_events", status="COMPLETED"
    )
    story = Story(UPDATE)

    story.hear(event | {"details": json.dumps(event["details"])})

    assert list(story.flows) == ["from_hub"]
    assert [flow.is_done for flow in story.dataset("bronze_order_events")] == [True]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ({"exceptions": [{"class_name": "AnalysisException"}, {"message": "no such column\n== plan =="}]}, "no such column"),
        (None, "message 2"),
    ],
)
def test_the_first_fault_is_the_one_that_is_told(error: dict[str, Any] | None, told: str) -> None:
    story = Story(UPDATE)

    story.hear(an_event(1, "update_progress", state="RUNNING"))
    story.hear(an_event(2, flow_name="kept", status="FAILED", level="ERROR", error=error))
    story.hear(an_event(3, "update_progress", state="FAILED", level="ERROR", error={"exceptions": [{"message": "later"}]}))

    assert (story.state, story.fault, story.flows["kept"].is_done) == ("FAILED", told, False)
