"""Databricks runs of ours, found by the Dagster run that they belong to: no other trace of them may be left."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import BaseRun

from orders_platform.errors import WorkspaceError
from orders_platform.orchestration.databricks.submission import run_name
from orders_platform.orchestration.runner import READS
from orders_platform.settings import Settings

_UUID_LENGTH: Final = 36
_END_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.2
IsOver = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class OurRuns:
    """Runs of the job that settings name, or those that are submitted under this environment's name."""

    client: WorkspaceClient
    settings: Settings

    def at_work(self) -> dict[int, str]:
        """Numbers of those that have not ended, with their Dagster runs."""
        found = ((run.run_id or 0, self.dagster_run_of(run)) for run in self._active())
        return {number: dagster_run for number, dagster_run in found if dagster_run}

    def writing(self) -> list[int]:
        """Numbers of those that have not ended, less those that only read."""
        return [run.run_id or 0 for run in self._active() if self.dagster_run_of(run) and not self._pass_id(run).endswith(READS)]

    def cancel(self, is_over: IsOver) -> list[int]:
        """Cancel those whose Dagster run `is_over`; their numbers. They need a moment to end."""
        over = [number for number, dagster_run in self.at_work().items() if is_over(dagster_run)]
        for number in over:
            self.client.jobs.cancel_run(number)
        return over

    def end(self, is_over: IsOver) -> None:
        """Cancel them, and wait until they have ended. Raises WorkspaceError where one does not."""
        until = time.monotonic() + _END_SECONDS
        while left := self.cancel(is_over):
            if time.monotonic() > until:
                raise WorkspaceError(f"Databricks run {left[0]} does not end in {_END_SECONDS:.0f} s: cancel it on its page")
            time.sleep(_LOOK_SECONDS)

    def dagster_run_of(self, run: BaseRun) -> str:
        """Id of the Dagster run that a Databricks run belongs to; empty where it is none of ours."""
        # a retry has its number behind, work that only reads a word
        return self._pass_id(run)[:_UUID_LENGTH]

    def _pass_id(self, run: BaseRun) -> str:
        if self.settings.job.job_id is not None:
            return next((each.value for each in run.job_parameters or () if each.name == "pass_id"), None) or ""
        name, ours = run.run_name or "", run_name(self.settings.environment, "")
        return name.removeprefix(ours) if name.startswith(ours) else ""

    def _active(self) -> Iterator[BaseRun]:
        # a list without tasks has no parameters either
        return self.client.jobs.list_runs(active_only=True, job_id=self.settings.job.job_id, expand_tasks=True, limit=25)
