"""Runs as Dagster records them: at work in any of its states, or ended; and real passes over a lakehouse that does no work."""

import time
from collections.abc import Collection

import dagster as dg

# exported nowhere else, and Dagster takes no queued run without
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin

from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.jobs import FULL_JOB, JOB_NAME
from orders_platform.orchestration.specs import asset_key
from orders_platform_tests.orchestration.fakes import FakeRunner

STATUS = dg.DagsterRunStatus
# Dagster's own name of what a user picks in the UI
AD_HOC_JOB = "__ASSET_JOB"
_ORIGIN = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("orders_platform"), "__repository__")
_ENDS = {
    STATUS.SUCCESS: dg.DagsterEventType.RUN_SUCCESS,
    STATUS.FAILURE: dg.DagsterEventType.RUN_FAILURE,
    STATUS.CANCELED: dg.DagsterEventType.RUN_CANCELED,
}


def recorded(
    instance: dg.DagsterInstance,
    job: str,
    status: dg.DagsterRunStatus,
    *,
    tables: Collection[str] = (),
    checks: Collection[str] = (),
) -> str:
    """A run of a job in a state; its id. `checks` are those picked alone, as `layer.table check`."""
    run = dg.DagsterRun(
        job,
        status=status,
        asset_selection=frozenset(map(asset_key, tables)),
        asset_check_selection=frozenset(_check_key(check) for check in checks),
        remote_job_origin=RemoteJobOrigin(_ORIGIN, job),
    )
    return instance.add_run(run).run_id


def ended(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, at: float | None = None, *, job: str = JOB_NAME) -> str:
    """A run that came to this end, at that moment or now; its id."""
    run_id = recorded(instance, job, STATUS.STARTED)
    instance.report_dagster_event(dg.DagsterEvent(_ENDS[status].value, job), run_id, timestamp=at or time.time())
    return run_id


def a_pass(instance: dg.DagsterInstance, runner: FakeRunner) -> dg.ExecuteInProcessResult:
    """A real run of the job over all tables."""
    definitions = dg.Definitions(assets=[lakehouse_tables], jobs=[FULL_JOB], resources={"runner": runner})
    return definitions.resolve_job_def(JOB_NAME).execute_in_process(instance=instance, raise_on_error=False)


def _check_key(check: str) -> dg.AssetCheckKey:
    table, _, name = check.partition(" ")
    return dg.AssetCheckKey(asset_key(table), name)
