"""Follows a Databricks run to its end, handing on what it reports."""

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

import dagster as dg
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import BaseRun, Run, RunLifeCycleState, RunResultState, RunState

from orders_platform.errors import WorkspaceError
from orders_platform.orchestration.databricks.messages import FolderReader
from orders_platform.orchestration.faults import passing
from orders_platform.orchestration.metadata import MetadataValues
from orders_platform.orchestration.runner import TableEvent

_POLL_SECONDS: Final = 0.5
_ENDED: Final = frozenset({RunLifeCycleState.TERMINATED, RunLifeCycleState.SKIPPED, RunLifeCycleState.INTERNAL_ERROR})


@dataclass(frozen=True, slots=True)
class Following:
    """A run, the Pipes session that it reports to, and the reader of its messages."""

    client: WorkspaceClient
    session: dg.PipesSession
    reader: FolderReader
    run_id: int

    def events(self) -> Iterator[TableEvent]:
        """What the run reports, as it comes. Raises dg.Failure where the run failed, after all that it had reported."""
        run = yield from self._until_ended()
        if run.state is None or run.state.result_state is not RunResultState.SUCCESS:
            self._raise_failure(run)

    def _until_ended(self) -> Generator[TableEvent, None, Run]:
        sent = 0
        while True:
            # first the state, then the messages: none can come after the end
            run = self.client.jobs.get_run(self.run_id)
            self.reader.pump()
            # always all of them so far, whatever its documentation says
            results = self.session.get_results(implicit_materializations=False, metadata=self._about(run))
            yield from results[sent:]
            sent = len(results)
            if has_ended(run):
                return run
            time.sleep(_POLL_SECONDS)

    def _about(self, run: Run) -> MetadataValues:
        return {
            "databricks_run_id": dg.MetadataValue.text(str(self.run_id)),
            "databricks_run": dg.MetadataValue.url(run.run_page_url or ""),
        }

    def _raise_failure(self, run: Run) -> NoReturn:
        """In the run's own sentence, where it came so far as to say one."""
        name, sentence = self.reader.error or ("", "")
        state = run.state or RunState()
        ended = state.result_state or state.life_cycle_state
        told = (
            f"Databricks run {self.run_id} ended {ended.value if ended else 'unknown'}: {state.state_message or 'see its page'}"
        )
        if fault := passing(name):
            raise fault(sentence)
        if state.life_cycle_state is RunLifeCycleState.INTERNAL_ERROR:
            raise WorkspaceError(told)
        raise dg.Failure(description=sentence or told, metadata=self._about(run), allow_retries=False)


def has_ended(run: Run | BaseRun) -> bool:
    """Whether a run will do nothing more."""
    return run.state is not None and run.state.life_cycle_state in _ENDED
