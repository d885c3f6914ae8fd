"""One update of a Lakeflow pipeline: started, followed to its end, stopped where nobody waits for it any more."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, ResourceConflict
from databricks.sdk.service.pipelines import UpdateInfo, UpdateInfoState

from orders_platform.errors import PipelineFailed, WorkspaceError
from orders_platform.orchestration.databricks.pipeline_story import COMPLETED, Event, Story
from orders_platform.workspace import BRIEF_SECONDS, workspace

Tell = Callable[[str], None]
_POLL_SECONDS: Final = 1.0
# How long another update may go on before ours, and how long this one's last events may take after its end.
_LONGEST_WAIT_SECONDS: Final = 7200.0
_LATE_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 60.0
# Events come from several machines, and one may come after a later one.
_OVERLAP: Final = timedelta(minutes=1)
_PAGE: Final = 250
_ENDED: Final = frozenset({UpdateInfoState.COMPLETED, UpdateInfoState.FAILED, UpdateInfoState.CANCELED})


@dataclass(frozen=True, slots=True)
class Update:
    """An update of a pipeline."""

    client: WorkspaceClient
    pipeline_id: str
    update_id: str

    @property
    def page(self) -> str:
        """Where a person sees it."""
        return f"{self.client.config.host}/pipelines/{self.pipeline_id}/updates/{self.update_id}"

    def followed(self, tell: Tell) -> Story:
        """All that it tells, once it has ended; each message goes to `tell` as it comes. A fault meanwhile stops it."""
        story = Story(self.update_id)
        try:
            self._follow(story, tell)
        except BaseException:
            self._stop()
            raise
        return story

    def need_success(self, story: Story) -> None:
        """Raises PipelineFailed where it did not go well."""
        if story.state != COMPLETED:
            told = story.fault or "see its page"
            raise PipelineFailed(f"update {self.update_id} of the pipeline ended {story.state}: {told} ({self.page})")

    def state(self) -> UpdateInfoState | None:
        """How far it is."""
        return self._info().state

    def _follow(self, story: Story, tell: Tell) -> None:
        since = datetime.fromtimestamp((self._info().creation_time or 0) / 1000, UTC) - _OVERLAP
        until = None
        while True:
            # first the state, then the events: so none is left out
            state = self.state()
            for event in _events(self.client, self.pipeline_id, since):
                since = max(since, datetime.fromisoformat(event["timestamp"]) - _OVERLAP)
                if said := story.hear(event):
                    tell(said)
            if state in _ENDED:
                until = until or time.monotonic() + _LATE_SECONDS
                if story.state == state.value or time.monotonic() > until:
                    story.state = state.value
                    return
            time.sleep(_POLL_SECONDS)

    def _info(self) -> UpdateInfo:
        return self.client.pipelines.get_update(self.pipeline_id, self.update_id).update or UpdateInfo()

    def _stop(self) -> None:
        """A workspace that does not answer soon is given up: the next update waits until this one has ended."""
        with suppress(DatabricksError, WorkspaceError, TimeoutError, OSError):
            brief = replace(self, client=workspace(BRIEF_SECONDS))
            until = time.monotonic() + _STOP_SECONDS
            if brief.state() not in _ENDED:
                brief.client.pipelines.stop(self.pipeline_id)
            while brief.state() not in _ENDED and time.monotonic() < until:
                time.sleep(_POLL_SECONDS)


def start(client: WorkspaceClient, pipeline_id: str, tell: Tell, *, full_refresh: bool) -> Update:
    """Begin an update, as soon as no other one is at work: it may be a person's, or that of a run whose process was killed.

    Raises WorkspaceError where that one does not end.
    """
    until = time.monotonic() + _LONGEST_WAIT_SECONDS
    told = False
    while True:
        try:
            started = client.pipelines.start_update(pipeline_id, full_refresh=full_refresh)
            return Update(client, pipeline_id, started.update_id or "")
        except ResourceConflict as fault:
            if time.monotonic() > until:
                raise WorkspaceError(f"another update of the pipeline does not end: {fault}; stop it on its page") from fault
            if not told:
                tell(f"waiting for the end of another update: {fault}")
            told = True
        time.sleep(_POLL_SECONDS)


def _events(client: WorkspaceClient, pipeline_id: str, since: datetime) -> Iterator[Event]:
    """Events of the pipeline since a time, oldest first; as they came, since the SDK's own class has no `details`."""
    asked: dict[str, Any] = {
        "filter": f"timestamp >= '{since.isoformat(timespec='milliseconds').replace('+00:00', 'Z')}'",
        "order_by": ["timestamp asc"],
    }
    while True:
        page = client.api_client.do("GET", f"/api/2.0/pipelines/{pipeline_id}/events", query={**asked, "max_results": _PAGE})
        if not isinstance(page, dict):
            raise WorkspaceError("the workspace answers with no page of events")
        yield from page.get("events", ())
        if not page.get("next_page_token"):
            return
        # nothing else may stand beside it
        asked = {"page_token": page["next_page_token"]}
