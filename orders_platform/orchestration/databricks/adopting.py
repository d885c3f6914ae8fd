"""A pass that is asked for while a job does passes all along: waits until that job has done it, and takes its results over."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Final

import dagster as dg
from databricks.sdk import WorkspaceClient

from orders_platform.hub.tails import HubTails, tails
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.databricks import continuous_job as job_of
from orders_platform.orchestration.records import last_materialization, positions_of
from orders_platform.orchestration.runner import Context, TableEvent, asked_checks, asked_tables
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import Settings

_LOOK_SECONDS: Final = 1.0
_LONGEST_SECONDS: Final = 600.0
_LOOK_BACK: Final = 10


def adopted(context: Context, work: Work, settings: Settings, client: WorkspaceClient) -> Iterator[TableEvent]:
    """Each asked table's results once it covers what the hub holds now. Raises dg.Failure where that does not come about."""
    _need_running(client, settings)
    target = tails(settings.need_hub())
    asked_at = time.monotonic()
    context.log.info("a job does the passes all along: waiting until it is at the hub's tail of now")
    # in the order of the flow: Dagster takes no table before the one that it is made from
    for table in (key for key in BY_KEY if key in work.tables):
        while not _covers(last_materialization(context.instance, asset_key(table)), target):
            if time.monotonic() - asked_at > _LONGEST_SECONDS:
                raise dg.Failure(
                    f"the continuous job has not brought {table} to the hub's tail in {_LONGEST_SECONDS:.0f} s: look at its page",
                    allow_retries=False,
                )
            time.sleep(_LOOK_SECONDS)
        yield from _taken_over(context, asset_key(table))


def _need_running(client: WorkspaceClient, settings: Settings) -> None:
    job = job_of.find(client, settings)
    if job is None or job_of.is_paused(job):
        raise dg.Failure(
            "ORDERS_MODE is continuous, but the continuous job is paused or missing: unpause it in Databricks, "
            "or set ORDERS_MODE to backlog",
            allow_retries=False,
        )


def _covers(recorded: dg.AssetMaterialization | None, target: HubTails) -> bool:
    """Whether a table is at the tail."""
    ends = positions_of(recorded).get(target.generation, {})
    return recorded is not None and all(ends.get(name, 0) >= tail.next for name, tail in target.partitions.items())


def _taken_over(context: Context, key: dg.AssetKey) -> Iterator[TableEvent]:
    recorded = last_materialization(context.instance, key)
    if recorded and key in asked_tables(context):
        version = (recorded.tags or {}).get("dagster/data_version", "")
        yield dg.MaterializeResult(asset_key=key, metadata=recorded.metadata, data_version=dg.DataVersion(version))
    for check in asked_checks(context):
        if check.asset_key == key:
            yield from _last_answer(context, check)


def _last_answer(context: Context, check: dg.AssetCheckKey) -> Iterator[dg.AssetCheckResult]:
    """The newest one; this very run has an entry, too, which is no answer yet."""
    history = context.instance.event_log_storage.get_asset_check_execution_history(check, limit=_LOOK_BACK)
    answers = (record.evaluation for record in history if isinstance(record.evaluation, dg.AssetCheckEvaluation))
    for answer in islice(answers, 1):
        yield dg.AssetCheckResult(
            asset_key=check.asset_key,
            check_name=check.name,
            passed=answer.passed,
            severity=answer.severity,
            metadata=answer.metadata,
        )
