"""The two ways in which passes come about, of which ORDERS_MODE chooses one; the other's sensor is stopped, and says so.

Beside passes started one by one, a sensor of its own looks into the ledger for what was done without Dagster; in continuous mode
the job's sensor does that, too.
"""

from typing import Final

import dagster as dg

from orders_platform.errors import SettingsError
from orders_platform.orchestration.jobs import ALL_TABLES, FULL_JOB
from orders_platform.settings import BACKLOG, CONTINUOUS, Settings

# Dagster's daemon looks every five seconds: asked for five, it finds them not quite over, and leaves out every second look.
INTERVAL_SECONDS: Final = 3
# of what a person does: nobody waits for it by the second
_ENTRIES_SECONDS: Final = 10
_BACKLOG_DOES: Final = "Starts a pass when the hub has what bronze has not: one at a time, ever later while they fail."
_CONTINUOUS_DOES: Final = (
    "Keeps the continuous Databricks job running, and shows each table's part and checks as the job enters them in its ledger."
)
_ENTRIES_DOES: Final = (
    "Shows what was done to the tables without Dagster: a release, a replay, a table put back, a pass from the command line."
)


def look_at_backlog(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One look at the hub beside bronze."""
    settings = Settings.load()
    if settings.mode != BACKLOG:
        return dg.SensorResult(skip_reason=f"ORDERS_MODE is {settings.mode}: a job that runs all along does the passes")
    if missing := _missing(settings):
        return dg.SensorResult(skip_reason=missing)
    from orders_platform.orchestration.sensors.starting import start_if_behind  # noqa: PLC0415  loads the SDKs: 3 s

    return start_if_behind(context.instance, settings, context.cursor)


def look_at_continuous_job(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One look at the job and its ledger."""
    settings = Settings.load()
    if settings.mode != CONTINUOUS:
        return dg.SensorResult(skip_reason=f"ORDERS_MODE is {settings.mode}: sensor hub_backlog starts the passes")
    if missing := _missing(settings):
        return dg.SensorResult(skip_reason=missing)
    from orders_platform.orchestration.sensors.observing import observe  # noqa: PLC0415  loads the SDKs: 3 s

    return observe(context.instance, settings, context.cursor)


def look_at_ledger(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """One look at the ledger."""
    settings = Settings.load()
    if settings.mode != BACKLOG:
        return dg.SensorResult(skip_reason=f"ORDERS_MODE is {settings.mode}: sensor continuous_job shows the ledger's entries")
    from orders_platform.orchestration.sensors.observing import show_entries  # noqa: PLC0415  loads the SDKs: 3 s

    return show_entries(context.instance, settings, context.cursor)


def _missing(settings: Settings) -> str:
    """What is to be set first, of a platform that nobody has set up yet; empty where there is something to look at."""
    try:
        settings.need_hub()
    except SettingsError as fault:
        return str(fault)
    return ""


def _status(settings: Settings, mode: str) -> dg.DefaultSensorStatus:
    return dg.DefaultSensorStatus.RUNNING if settings.mode == mode else dg.DefaultSensorStatus.STOPPED


def _described(does: str, settings: Settings, mode: str) -> str:
    return does if settings.mode == mode else f"Stopped, since ORDERS_MODE is {settings.mode}.\n\n{does}"


def pass_sensors(settings: Settings) -> tuple[dg.SensorDefinition, dg.SensorDefinition, dg.SensorDefinition]:
    """Of both modes; running are those of the mode that the settings choose."""
    backlog = dg.sensor(
        name="hub_backlog",
        job=FULL_JOB,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=_status(settings, BACKLOG),
        description=_described(_BACKLOG_DOES, settings, BACKLOG),
    )
    continuous = dg.sensor(
        name="continuous_job",
        target=ALL_TABLES,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=_status(settings, CONTINUOUS),
        description=_described(_CONTINUOUS_DOES, settings, CONTINUOUS),
    )
    entries = dg.sensor(
        name="ledger_entries",
        target=ALL_TABLES,
        minimum_interval_seconds=_ENTRIES_SECONDS,
        default_status=_status(settings, BACKLOG),
        description=_described(_ENTRIES_DOES, settings, BACKLOG),
    )
    return backlog(look_at_backlog), continuous(look_at_continuous_job), entries(look_at_ledger)


hub_backlog, continuous_job, ledger_entries = pass_sensors(Settings.load())
