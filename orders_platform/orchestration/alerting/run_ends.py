"""How the latest runs of each job ended."""

from collections.abc import Iterator
from typing import Final

import dagster as dg

from orders_platform.alerts.signal import Severity, Signal, State
from orders_platform.orchestration.alerting.topics import of_job
from orders_platform.orchestration.checks import HELD_BACK

# one may be cut off by the network; two in a row are no accident
CRITICAL_FAILURES: Final = 2
_STATUS = dg.DagsterRunStatus
_ENDED: Final = (_STATUS.SUCCESS, _STATUS.FAILURE)
_MOST_RUNS: Final = 100


def run_signals(instance: dg.DagsterInstance) -> Iterator[Signal]:
    """A signal a job that ran of late. A run that somebody cancelled says nothing; one that a check held back did its work."""
    by_job: dict[str, list[dg.RunRecord]] = {}
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(_ENDED)), limit=_MOST_RUNS):
        by_job.setdefault(record.dagster_run.job_name, []).append(record)
    for job, records in by_job.items():
        yield _signal(job, records)


def _signal(job: str, newest_first: list[dg.RunRecord]) -> Signal:
    failed = []
    for record in newest_first:
        if not _failed(record):
            break
        failed.append(record)
    severity = Severity.CRITICAL if len(failed) >= CRITICAL_FAILURES else Severity.WARNING
    times = f"{len(failed)} times in a row" if len(failed) > 1 else "once"
    run_id = newest_first[0].dagster_run.run_id
    return Signal(
        key=f"job {job}",
        topic=of_job(job),
        state=State.BAD if failed else State.GOOD,
        severity=severity,
        since=(failed[-1] if failed else newest_first[0]).end_time or 0.0,
        said=f"job {job} failed, {times}",
        where=f"/runs/{run_id}",
    )


def _failed(record: dg.RunRecord) -> bool:
    return record.dagster_run.status is _STATUS.FAILURE and HELD_BACK not in record.dagster_run.tags
