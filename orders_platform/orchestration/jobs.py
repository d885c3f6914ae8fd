"""What can be started: a pass over every table, days of gold made again, messages let back in, maintenance."""

import base64
import json
from collections.abc import Collection
from datetime import time
from typing import Final

import dagster as dg
from pydantic import Field

from orders_platform.lakehouse.catalog import BY_KEY, REBUILDABLE
from orders_platform.lakehouse.quarantine.asked import REASONS
from orders_platform.lakehouse.quarantine.repairs import REPAIRS
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.assets import LAKE_POOL, PassConfig, pass_id
from orders_platform.orchestration.checks import check_keys
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.runner import PassRunner
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import Settings
from orders_platform.trading import TradingHours

JOB_NAME: Final = "full_pass"
REBUILD_JOB_NAME: Final = "rebuild_days"
MAINTENANCE_JOB_NAME: Final = "maintenance"
REPLAY_JOB_NAME: Final = "replay_backup"
RELEASE_JOB_NAME: Final = "release_quarantine"
# every job that writes tables: none of them starts while another one is at work
WRITING_JOBS: Final = frozenset({JOB_NAME, REBUILD_JOB_NAME, REPLAY_JOB_NAME, RELEASE_JOB_NAME, MAINTENANCE_JOB_NAME})
_NIGHT: Final = time(3, 30)


def tables_with_checks(tables: Collection[str]) -> dg.AssetSelection:
    """Tables with the checks that a pass answers; one that asks the squad's API, too, is not made with every pass."""
    own_checks = dg.AssetSelection.checks(*check_keys(tables))
    return dg.AssetSelection.assets(*map(asset_key, tables)).without_checks() | own_checks


ALL_TABLES: Final = tables_with_checks(BY_KEY)
FULL_JOB = dg.define_asset_job(
    JOB_NAME,
    selection=ALL_TABLES,
    description="Bring every table up to the hub's tail: bronze, then silver, then gold.",
    # all in the run's own process: another one would start another JVM
    executor_def=dg.in_process_executor,
)


class DayRange(dg.Config):
    """Days, both ends included."""

    first_day: str = Field(description="The shop's day, like 2026-01-05.")
    last_day: str = Field(description="Itself included.")


@dg.config_mapping
def _days(val: DayRange) -> dg.RunConfig:
    """Asks for both days, without which the run would be an ordinary pass."""
    return dg.RunConfig(ops={"lakehouse_tables": PassConfig(first_day=val.first_day, last_day=val.last_day, replay=False)})


REBUILD_JOB = dg.define_asset_job(
    REBUILD_JOB_NAME,
    selection=tables_with_checks(REBUILDABLE),
    description="Make a range of days of gold again out of silver, and leave every other day alone. Progress does not move.",
    config=_days,
    executor_def=dg.in_process_executor,
)


class KeptRange(dg.Config):
    """Days of the backup, both ends included; without a day as far as it reaches."""

    first_day: str = Field("", description="By the hub's clock, in UTC, like 2026-01-05; empty: from the oldest on.")
    last_day: str = Field("", description="Itself included; empty: up to the newest.")
    capture: str = Field("", description="A place of Event Hubs Capture's files of ORDERS_HUB_NAME, in place of the backup.")
    generation: str = Field("", description="Of the hub that Capture's files are of; empty: the hub as it is now.")


@dg.config_mapping
def _kept_days(val: KeptRange) -> dg.RunConfig:
    asked = PassConfig(
        replay=True, first_day=val.first_day, last_day=val.last_day, capture=val.capture, generation=val.generation
    )
    return dg.RunConfig(ops={"lakehouse_tables": asked})


REPLAY_JOB = dg.define_asset_job(
    REPLAY_JOB_NAME,
    selection=ALL_TABLES,
    description="Add what bronze lacks of the backup's days, or of all of it, and fill silver and gold from there. What is there "
    "already is left alone; a gap in the backup is named before a row is written.",
    config=_kept_days,
    executor_def=dg.in_process_executor,
)


class ReleaseConfig(dg.Config):
    """Messages in the quarantine that are judged again. All that is given must hold."""

    why: str = Field(description="For the audit, and for whoever asks later.")
    reasons: list[str] = Field(default=[], description=f"Rules that they broke, any of {', '.join(REASONS)}.")
    positions: list[str] = Field(default=[], description="partition:sequence_number@generation, as `quarantine list` shows them.")
    since: str = Field("", description="Taken by the hub at or after it, like 2026-01-31T14:05, in UTC.")
    until: str = Field("", description="Taken by the hub before it.")
    repairs: list[str] = Field(default=[], description=f"Made one after another: {', '.join(REPAIRS)}.")
    body: str = Field("", description="A corrected body, for exactly one position; a run on Databricks takes some 7 kB.")
    dry_run: bool = Field(False, description="Only tell, in the log, what would come of it.")


@dg.config_mapping
def _released(val: ReleaseConfig) -> dg.RunConfig:
    given = {name: value for name, value in val.model_dump().items() if value}
    if val.body:
        given["body"] = base64.b64encode(val.body.encode()).decode()
    return dg.RunConfig(ops={"lakehouse_tables": PassConfig(first_day="", last_day="", replay=False, release=json.dumps(given))})


RELEASE_JOB = dg.define_asset_job(
    RELEASE_JOB_NAME,
    selection=tables_with_checks(BY_KEY.keys() - {"bronze.order_events"}),
    description="Judge messages of the quarantine again, repaired or as they came. What passes lands once in silver and gold; "
    "the rest stays, with its newest reasons. A second run changes nothing.",
    config=_released,
    executor_def=dg.in_process_executor,
)


@dg.op(pool=LAKE_POOL)
def maintain_tables(context: dg.OpExecutionContext, runner: dg.ResourceParam[PassRunner]) -> None:
    """Make few files of many and remove those that no reader needs; the log tells of each table."""
    with as_failure(context.retry_number):
        for _ in runner.run(context, Work(mode="maintain", pass_id=pass_id(context))):
            pass


@dg.job(
    name=MAINTENANCE_JOB_NAME,
    description="Make few files of many, and remove those that no reader needs. No row changes.",
    executor_def=dg.in_process_executor,
)
def _maintenance() -> None:
    maintain_tables()


MAINTENANCE_JOB = _maintenance


def quiet_time(trading: TradingHours) -> time:
    """When maintenance keeps nobody waiting: half past three, or closing time where the shop sells by night."""
    return trading.closes if trading.opens <= _NIGHT < trading.closes else _NIGHT


def maintain_by_night() -> dg.RunRequest | dg.SkipReason:
    """A run, where anything could have filled a table."""
    settings = Settings.load()
    if settings.hub is None and settings.backup.place is None:
        return dg.SkipReason("nothing is to be maintained: set ORDERS_HUB_NAME or ORDERS_BACKUP, by which tables are filled")
    return dg.RunRequest()


def _nightly(settings: Settings) -> dg.ScheduleDefinition:
    at = quiet_time(settings.trading)
    made = dg.schedule(
        name="nightly_maintenance",
        job=MAINTENANCE_JOB,
        cron_schedule=f"{at.minute} {at.hour} * * *",
        execution_timezone=settings.timezone,
        description="Every night: a night that is left out costs nothing but slower reading.",
        # safe without asking: it changes no row, waits for a pass at work, and removes nothing younger than the tables' retention
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return made(maintain_by_night)


NIGHTLY_MAINTENANCE = _nightly(Settings.load())
