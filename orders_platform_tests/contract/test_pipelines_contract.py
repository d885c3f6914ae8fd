"""What holds for a pipeline of a Databricks workspace: for the one on this machine always, for a real one where settings name it.

For a real one set ORDERS_CONTRACT_PIPELINE to the id of a pipeline that may be updated, and the SDK's own settings.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service.pipelines import UpdateInfoState

from orders_platform_tests.emulators.databricks.pipeline_service import GOES_ON, pipeline_service
from orders_platform_tests.local.waiting import wait_until

pytestmark = [pytest.mark.integration, pytest.mark.contract]

OURS, GIVEN = "ours", "given"
PIPELINE = "ORDERS_CONTRACT_PIPELINE"
WORKSPACES = [OURS] + ([GIVEN] if os.environ.get(PIPELINE) else [])
MISSING = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True, slots=True)
class PipelineUnderTest:
    client: WorkspaceClient
    pipeline_id: str

    def state(self, update_id: str) -> UpdateInfoState | None:
        update = self.client.pipelines.get_update(self.pipeline_id, update_id).update
        return update.state if update else None


@pytest.fixture(scope="module", params=WORKSPACES)
def pipeline(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PipelineUnderTest]:
    """A pipeline at rest; ours takes longer than any test."""
    if request.param == GIVEN:
        yield PipelineUnderTest(WorkspaceClient(), os.environ[PIPELINE])
        return
    with pipeline_service(tmp_path_factory.mktemp("pipelines"), GOES_ON) as ours:
        yield PipelineUnderTest(ours.client, "local")


def test_an_update_is_alone_is_stopped_and_has_told_of_itself(pipeline: PipelineUnderTest) -> None:
    pipelines, pipeline_id = pipeline.client.pipelines, pipeline.pipeline_id
    update_id = pipelines.start_update(pipeline_id, full_refresh=False).update_id or ""

    with pytest.raises(ResourceConflict):
        pipelines.start_update(pipeline_id)
    latest = pipelines.get(pipeline_id).latest_updates or []
    pipelines.stop(pipeline_id)

    wait_until(lambda: pipeline.state(update_id) is UpdateInfoState.CANCELED, 600)
    assert latest[0].update_id == update_id
    first, *_, last = [
        event
        for event in pipelines.list_pipeline_events(pipeline_id, order_by=["timestamp asc"])
        if event.origin and event.origin.update_id == update_id
    ]
    assert (first.event_type, last.event_type) == ("create_update", "update_progress")
    assert (first.timestamp or "") <= (last.timestamp or "")
    pipelines.stop(pipeline_id)


def test_what_is_missing_is_told_by_its_class(pipeline: PipelineUnderTest) -> None:
    pipelines = pipeline.client.pipelines

    with pytest.raises(NotFound):
        pipelines.get(MISSING)
    with pytest.raises(NotFound):
        pipelines.start_update(MISSING)
    with pytest.raises(NotFound):
        pipelines.get_update(pipeline.pipeline_id, MISSING)
    with pytest.raises(NotFound):
        list(pipelines.list_pipeline_events(MISSING))
