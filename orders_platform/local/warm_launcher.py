"""Starts Dagster's run workers on one machine in a fraction of a second; a line of `dagster.yaml` names it.

A worker is forked from a process that has imported the libraries already, and never a module of ours: each run reads those from
disk, so an edited asset needs no restart. In the worker runs the very command by which Dagster's launchers for containers start
theirs. Workers stay in the process group of Dagster's daemon, so whoever ends that ends them.
"""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from dagster import DagsterInstance, DagsterRun
from dagster._core.launcher.base import CheckRunHealthResult, LaunchRunContext, RunLauncher, WorkerStatus
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import ConfigurableClass, ConfigurableClassData

from orders_platform.local.run_worker import work, worker_of

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

# what a run worker imports before it comes to our modules
PRELOADED: Final = (
    "dagster._cli", "dagster._core.executor.in_process", "dagster._core.execution.plan.active", "dagster._core.storage.root",
    "dagster._core.storage.local_compute_log_manager", "dagster._core.storage.migration", "dagster_postgres", "psycopg2.extras",
    "sqlalchemy.dialects.postgresql.psycopg2", "upath.implementations.local", "databricks.sdk",
    "azure.eventhub", "azure.identity", "azure.storage.blob",
)  # fmt: skip
# less than the platform gives Dagster to end
_END_SECONDS: Final = 8.0


class WarmRunLauncher(RunLauncher[DagsterInstance], ConfigurableClass):
    """Forks run workers; the process that they are forked from starts with the first run, in Dagster's daemon alone."""

    def __init__(self, inst_data: ConfigurableClassData | None = None) -> None:
        """Start nothing yet: Dagster's web server has a launcher, too, to terminate runs by."""
        self._inst_data = inst_data
        self._workers: dict[str, ForkServerProcess] = {}
        super().__init__()

    @property
    def inst_data(self) -> ConfigurableClassData | None:
        """How `dagster.yaml` named this launcher."""
        return self._inst_data

    @classmethod
    def config_type(cls) -> Mapping[str, Any]:
        """Nothing to set."""
        return {}

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """As Dagster makes one."""
        return cls(inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Fork a worker for the run."""
        run = context.dagster_run
        if run.job_code_origin is None:
            raise ValueError(f"run {run.run_id} does not say where its code is")
        command = ExecuteRunArgs(run.job_code_origin, run.run_id, self._instance.get_ref()).get_command_args()
        mark = self._mark(run.run_id)
        mark.parent.mkdir(parents=True, exist_ok=True)
        worker = _warm().Process(target=work, args=(list(command), mark))
        worker.start()
        self._workers = {run_id: each for run_id, each in self._workers.items() if each.is_alive()} | {run.run_id: worker}

    def terminate(self, run_id: str) -> bool:
        """Interrupt the run's worker, which ends its step and cleans up; False where there is none."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        worker = worker_of(self._mark(run_id))
        if worker is None:
            return False
        os.kill(worker, signal.SIGINT)
        return True

    def dispose(self) -> None:
        """End with the daemon: cancel the runs at work, so that what they started elsewhere is cancelled, too."""
        at_work = {run_id: worker for run_id, worker in self._workers.items() if worker.is_alive()}
        for run_id in at_work:
            self.terminate(run_id)
        for worker in at_work.values():
            worker.join(_END_SECONDS)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring may ask."""
        return True

    def check_run_worker_health(self, run: DagsterRun) -> CheckRunHealthResult:
        """Whether the run's worker is still there."""
        worker = worker_of(self._mark(run.run_id))
        return CheckRunHealthResult(WorkerStatus.RUNNING if worker else WorkerStatus.NOT_FOUND, run_worker_id=str(worker))

    def _mark(self, run_id: str) -> Path:
        return Path(self._instance.root_directory) / "workers" / run_id


def _warm() -> "ForkServerContext":
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context
