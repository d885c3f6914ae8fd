"""When the squad's side is looked at: its outbox while the shop sells, and gold beside what was accepted every night.

A look at the outbox is a request; so it is made every five minutes, and only while the shop is open: a relay that stands still
by night keeps nobody waiting, and the nightly run sees it. A reconciliation is a run of Databricks, which may have to start a
cluster first, so it is made once a day, half an hour after maintenance: then passes have little to do, and the day before is over
and at rest. Both are skipped where no API is named; bronze is held against the hub by night wherever there is a hub.
"""

from typing import Final

import dagster as dg

from orders_platform.orchestration.executor import chosen
from orders_platform.orchestration.hub_bodies.checks import same_as_hub
from orders_platform.orchestration.jobs import quiet_time
from orders_platform.orchestration.squad.checks import orders_reconciliation, outbox_lag
from orders_platform.orchestration.trends.checks import usual_day
from orders_platform.settings import Settings

RECONCILIATION_JOB_NAME: Final = "reconciliation"
_MINUTES_AFTER_MAINTENANCE: Final = 30
_NO_API: Final = "no API of the squad is named (ORDERS_API_URL)"
_LAG: Final = list(outbox_lag.check_keys)
# the pipeline's tables lie elsewhere, and are not compared
_BY_NIGHT: Final = (*orders_reconciliation.check_keys, *usual_day.check_keys, *same_as_hub.check_keys)
RECONCILIATION_JOB = dg.define_asset_job(
    RECONCILIATION_JOB_NAME,
    selection=dg.AssetSelection.checks(*_LAG, *chosen(_BY_NIGHT, ())),
    description="Look how long events wait in the squad's outbox, whether gold has, day by day, what its API accepted, whether "
    "the last trading day was a usual one, and whether the hub holds what bronze has of it.",
    executor_def=dg.in_process_executor,
)


def look_at_outbox(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """The one check of the job that needs no run of Databricks."""
    settings = Settings.load()
    if settings.api.url is None:
        return dg.SkipReason(_NO_API)
    if not settings.trading.is_open(context.scheduled_execution_time):
        return dg.SkipReason("the shop is closed")
    return dg.RunRequest(asset_check_keys=_LAG)


def reconcile() -> dg.RunRequest | dg.SkipReason:
    """All checks: an outbox that holds events back explains why days are open. Without an API, what needs none."""
    settings = Settings.load()
    if settings.api.url is not None:
        return dg.RunRequest()
    return dg.SkipReason(_NO_API) if settings.hub is None else dg.RunRequest(asset_check_keys=list(same_as_hub.check_keys))


def _outbox_watch(settings: Settings) -> dg.ScheduleDefinition:
    made = dg.schedule(
        name="outbox_watch",
        job=RECONCILIATION_JOB,
        cron_schedule="*/5 * * * *",
        execution_timezone=settings.timezone,
        description="While the shop is open: how long events wait in the squad's outbox.",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return made(look_at_outbox)


def _nightly(settings: Settings) -> dg.ScheduleDefinition:
    maintenance = quiet_time(settings.trading)
    hour, minute = divmod(maintenance.hour * 60 + maintenance.minute + _MINUTES_AFTER_MAINTENANCE, 60)
    made = dg.schedule(
        name="nightly_reconciliation",
        job=RECONCILIATION_JOB,
        cron_schedule=f"{minute} {hour % 24} * * *",
        execution_timezone=settings.timezone,
        description="Every night, half an hour after maintenance: gold beside what the squad's API accepted, bronze beside the "
        "hub.",
        # safe without asking: it only reads
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return made(reconcile)


OUTBOX_WATCH, NIGHTLY_RECONCILIATION = _outbox_watch(Settings.load()), _nightly(Settings.load())
