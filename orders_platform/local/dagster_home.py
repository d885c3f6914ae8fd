"""Dagster's home of a local platform: its settings file, and runs that a killed platform left as if at work."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dagster import DagsterInstance

SETTINGS: Final = """\
# Written at each start of a local platform; changes are lost.
telemetry: {enabled: false}
nux: {enabled: false}  # no sign-up window over the first page
run_queue: {dequeue_interval_seconds: 1}
concurrency:
  runs: {max_concurrent_runs: 4}  # more writers than that, and SQLite is locked
  pools: {default_limit: 1, granularity: run}  # a lake takes one pass at a time
retention:
  schedule: {purge_after_days: {skipped: 1, success: 7, failure: 7, started: 7}}
  sensor: {purge_after_days: {skipped: 1, success: 7, failure: 7, started: 7}}
"""


def prepare(folder: Path) -> None:
    """Write the settings where Dagster looks for them."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dagster.yaml").write_text(SETTINGS)


def open_instance(folder: Path) -> "DagsterInstance":
    """Dagster's records in `folder`, less runs that nobody works on any more; for the holder of the home's lock."""
    from dagster import DagsterInstance

    prepare(folder)
    instance = DagsterInstance.from_config(str(folder))
    close_dead_runs(instance)
    return instance


def close_dead_runs(instance: "DagsterInstance") -> None:
    """Mark runs as failed whose process is gone: they would hold the pool, and so every later pass, for ever."""
    from dagster import DagsterRunStatus, RunsFilter

    status = DagsterRunStatus
    at_work = [status.QUEUED, status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
    for run in instance.get_runs(RunsFilter(statuses=at_work)):
        instance.report_run_failed(run, "The platform was stopped while this run was at work; start it again.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
