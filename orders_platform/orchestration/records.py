"""What Dagster's own records say of passes: how far bronze is, how the last pass ended, whether one is at work."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import dagster as dg

from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.report import Positions, folded_positions
from orders_platform.orchestration.checks import HELD_BACK, check_keys
from orders_platform.orchestration.jobs import JOB_NAME, WRITING_JOBS
from orders_platform.orchestration.sensors.backlog import LastPass
from orders_platform.orchestration.specs import asset_key

_TABLES: Final = frozenset(asset_key(table) for table in BY_KEY)
_CHECKS: Final = frozenset(check_keys(BY_KEY))
_STATUS = dg.DagsterRunStatus
_AT_WORK: Final = (_STATUS.QUEUED, _STATUS.NOT_STARTED, _STATUS.STARTING, _STATUS.STARTED, _STATUS.CANCELING)
_ENDED: Final = (_STATUS.SUCCESS, _STATUS.FAILURE, _STATUS.CANCELED)
_MOST_RUNS: Final = 100


def committed_positions(instance: dg.DagsterInstance, table: str = "bronze.order_events") -> Positions:
    """What a table covers, by what its last commit told; nothing where none did."""
    return positions_of(last_materialization(instance, asset_key(table)))


@dataclass(frozen=True, slots=True)
class Shown:
    """The part of a pass that Dagster recorded last of a table.

    Attributes:
        version: of the table then.
        finished_at: seconds since 1970, by the clock of whoever did it.
    """

    version: int
    finished_at: float


def last_shown(instance: dg.DagsterInstance, keys: Collection[dg.AssetKey]) -> dict[dg.AssetKey, Shown]:
    """By table; one of which nothing was recorded is not among them."""
    recorded = {key: last_materialization(instance, key) for key in keys}
    return {key: shown for key, each in recorded.items() if each and (shown := _shown(each))}


def _shown(recorded: dg.AssetMaterialization) -> Shown | None:
    at, version = recorded.metadata.get("finished_at"), recorded.metadata.get("table_version")
    if not isinstance(at, dg.TimestampMetadataValue):
        return None
    return Shown((version.value or 0) if isinstance(version, dg.IntMetadataValue) else 0, at.value)


def passed_since(instance: dg.DagsterInstance, keys: Sequence[dg.AssetCheckKey], since: float) -> frozenset[dg.AssetCheckKey]:
    """Those of the checks whose last answer was given after `since`, and was that it passes."""
    # not a public way, and the only one that asks for many at once
    last = instance.event_log_storage.get_latest_asset_check_execution_by_key(list(dict.fromkeys(keys)))
    # the newest entry may be the plan of a run at work, which has no answer yet
    answers = {key: record.evaluation for key, record in last.items() if record.create_timestamp > since}
    return frozenset(key for key, answer in answers.items() if isinstance(answer, dg.AssetCheckEvaluation) and answer.passed)


def last_pass(instance: dg.DagsterInstance) -> LastPass:
    """How the passes over all tables ended."""
    newest = _newest(instance, _ENDED)
    done = newest if newest and _came_to_its_end(newest.dagster_run) else _newest(instance, (_STATUS.SUCCESS,))
    return LastPass(
        done_at=datetime.fromtimestamp(done.end_time, UTC) if done and done.end_time else None,
        is_unfinished=newest is not None and newest is not done,
        done=done.dagster_run.run_id if done else "",
    )


def _came_to_its_end(run: dg.DagsterRun) -> bool:
    """One that a failed check held back is not meant to be done again: bad data is no better the second time."""
    return run.status is _STATUS.SUCCESS or HELD_BACK in run.tags


def writer_at_work(instance: dg.DagsterInstance) -> str | None:
    """Id of a run that writes tables and has not ended, if any; one that is being cancelled still writes."""
    records = instance.get_run_records(dg.RunsFilter(statuses=_AT_WORK), limit=_MOST_RUNS)
    return next((record.dagster_run.run_id for record in records if _writes(record.dagster_run)), None)


def is_over(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Whether a run of this Dagster has ended; one that it does not know is another one's affair."""
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_finished


def last_materialization(instance: dg.DagsterInstance, key: dg.AssetKey) -> dg.AssetMaterialization | None:
    """What Dagster recorded last of a table, by whatever run, or by none."""
    event = instance.get_latest_materialization_event(key)
    return event.asset_materialization if event else None


def positions_of(recorded: dg.AssetMaterialization | None) -> Positions:
    """What a table covered by then; nothing where it does not say so."""
    told = recorded.metadata.get("positions_to") if recorded else None
    return folded_positions(told.value) if isinstance(told, dg.JsonMetadataValue) and isinstance(told.value, dict) else {}


def _writes(run: dg.DagsterRun) -> bool:
    # a check of the lakehouse picked alone has its table filled, too; any other one only reads
    checks = _CHECKS & (run.asset_check_selection or frozenset())
    return run.job_name in WRITING_JOBS or bool(checks or _TABLES & (run.asset_selection or frozenset()))


def _newest(instance: dg.DagsterInstance, statuses: tuple[dg.DagsterRunStatus, ...]) -> dg.RunRecord | None:
    found = instance.get_run_records(dg.RunsFilter(job_name=JOB_NAME, statuses=statuses), limit=1)
    return found[0] if found else None
