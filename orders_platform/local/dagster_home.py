"""Dagster's home of a local platform: its settings file, and runs that a killed platform left as if at work."""

import json
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from orders_platform.local.database import DAGSTER, Database

if TYPE_CHECKING:
    from dagster import DagsterInstance

# Dagster's daemon starts no other run after the failure of one that has this tag
NO_RETRY: Final = {"dagster/max_retries": "0"}
# the last moment of its records may go with the machine's power; to wait for the disk costs a third of a pass's events
_OPTIONS: Final = "options=-csynchronous_commit%3Doff"
# what is not about this machine is as in deploy/dagster.yaml: a test compares them
SETTINGS: Final = Template("""\
# Written at each start of a local platform; changes are lost.
telemetry: {enabled: false}
nux: {enabled: false}  # no sign-up window over the first page
storage:
  custom:
    module: orders_platform.local.pooled_storage
    class: PooledPostgresStorage
    config: {postgres_url: $url}
run_launcher: {module: orders_platform.local.warm_launcher, class: WarmRunLauncher}
run_queue: {dequeue_interval_seconds: 1}
concurrency:
  runs: {max_concurrent_runs: 4}  # each is a process
  pools: {default_limit: 1, granularity: run}  # a lake takes one pass at a time
run_monitoring:
  enabled: true
  poll_interval_seconds: 10
  start_timeout_seconds: 180
  cancel_timeout_seconds: 60
  max_runtime_seconds: 21600  # a stuck run would hold the lake's pool for ever
  max_resume_run_attempts: 0
  free_slots_after_run_end_seconds: 60
run_retries: {enabled: true, max_retries: 1, retry_on_asset_or_op_failure: false}  # a lost worker's run; never bad data
retention:
  schedule: {purge_after_days: {skipped: 1, success: 7, failure: 7, started: 7}}
  sensor: {purge_after_days: {skipped: 1, success: 7, failure: 7, started: 7}}
sensors: {use_threads: true, num_workers: 4}  # a slow one does not hold up the others
""")


def prepare(folder: Path, database: Database) -> None:
    """Write the settings where Dagster looks for them; its records are in the database."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"{database.alchemy_url(DAGSTER)}&{_OPTIONS}"
    (folder / "dagster.yaml").write_text(SETTINGS.substitute(url=json.dumps(url)))


def open_instance(folder: Path, database: Database) -> "DagsterInstance":
    """Dagster's records, less runs that nobody works on any more; for the holder of the home's lock."""
    from dagster import DagsterInstance

    prepare(folder, database)
    instance = DagsterInstance.from_config(str(folder))
    close_dead_runs(instance)
    return instance


def close_dead_runs(instance: "DagsterInstance") -> None:
    """Mark runs as failed whose process is gone: they would hold the pool, and so every later pass, for ever."""
    from dagster import DagsterRunStatus, RunsFilter

    status = DagsterRunStatus
    at_work = [status.QUEUED, status.NOT_STARTED, status.STARTING, status.STARTED, status.CANCELING]
    for run in instance.get_runs(RunsFilter(statuses=at_work)):
        # who starts a platform again starts a pass, too: the old one is not run beside it
        instance.add_run_tags(run.run_id, NO_RETRY)
        instance.report_run_failed(run, "The platform was stopped while this run was at work; start it again.")
        instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
