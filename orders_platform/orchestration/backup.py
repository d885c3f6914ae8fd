"""The parquet backup of the hub as an asset: kept every five minutes beside the passes, looked over every night."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import dagster as dg

from orders_platform.lakehouse.checks import BACKUP_CHECKS, BACKUP_LOOK, BACKUP_TABLE
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.assets import pass_id
from orders_platform.orchestration.checks import check_key, check_spec
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.runner import PassRunner, TableEvent, asked_checks, asked_tables
from orders_platform.orchestration.specs import HUB, PLATFORM_TEAM, asset_key
from orders_platform.settings import Settings

BACKUP_JOB_NAME: Final = "backup"
CHECK_JOB_NAME: Final = "backup_check"
# apart from the lake's: neither waits for the other
BACKUP_POOL: Final = "backup"
_LOOK: Final = frozenset(map(check_key, BACKUP_LOOK))
# What was compared when it was new does not change by itself; all of it, `backup check` compares.
_COMPARED: Final = timedelta(days=7)

_SPEC = dg.AssetSpec(
    key=asset_key(BACKUP_TABLE),
    deps=[HUB],
    description="The hub's messages as they came, kept as parquet for longer than the hub keeps them.\n\n"
    "By its own stream, with a manifest that proves that none is missing. Bronze can be filled from here: `backup replay`.",
    group_name="backup",
    kinds={"azureblobstorage", "parquet", "spark"},
    owners=[PLATFORM_TEAM],
    tags={"domain": "orders", "layer": "backup"},
    skippable=True,
)


@dg.multi_asset(
    name="backup_order_events",
    specs=[_SPEC],
    check_specs=[check_spec(check) for check in (*BACKUP_CHECKS, *BACKUP_LOOK)],
    can_subset=True,
    pool=BACKUP_POOL,
)
def backup_order_events(context: dg.AssetExecutionContext, runner: dg.ResourceParam[PassRunner]) -> Iterator[TableEvent]:
    """Keep what the hub has, where that or its checks are asked for; look over all that is kept, where that is."""
    asked = asked_checks(context)
    modes = {"backup": bool(asked_tables(context) or asked - _LOOK), "check-backup": bool(asked & _LOOK)}
    with as_failure(context.op_execution_context.retry_number):
        for mode in (mode for mode, is_asked in modes.items() if is_asked):
            work = Work(mode=mode, pass_id=f"{pass_id(context.op_execution_context)}-{mode}")
            if mode == "check-backup":
                work = replace(work, first_day=datetime.now(UTC).date() - _COMPARED)
            yield from runner.run(context, work)


BACKUP_JOB = dg.define_asset_job(
    BACKUP_JOB_NAME,
    selection=dg.AssetSelection.assets(_SPEC.key).without_checks() | dg.AssetSelection.checks(*map(check_key, BACKUP_CHECKS)),
    description="Keep what the hub has as parquet in ORDERS_BACKUP, up to its tail.",
    executor_def=dg.in_process_executor,
)
CHECK_JOB = dg.define_asset_job(
    CHECK_JOB_NAME,
    selection=dg.AssetSelection.checks(*_LOOK),
    description="Look over the whole backup: no hole, each file there and whole, the last week's bodies as in bronze. What is "
    "past its time is removed.",
    executor_def=dg.in_process_executor,
)


def _scheduled(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Both run by themselves where a backup is named; else they can be started, and say what to set."""
    is_on = settings.backup.place is not None
    status = dg.DefaultScheduleStatus.RUNNING if is_on else dg.DefaultScheduleStatus.STOPPED
    return [
        dg.ScheduleDefinition(
            name="backup_writer",
            job=BACKUP_JOB,
            cron_schedule="*/5 * * * *",
            description="Every five minutes. A run that is left out is made up by the next: the hub keeps its messages for days.",
            default_status=status,
        ),
        dg.ScheduleDefinition(
            name="nightly_backup_check",
            job=CHECK_JOB,
            cron_schedule="40 2 * * *",
            execution_timezone=settings.timezone,
            description="Every night: what is broken should be known long before it is needed.",
            default_status=status,
        ),
    ]


BACKUP_SCHEDULES = _scheduled(Settings.load())
