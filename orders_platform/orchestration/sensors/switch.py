"""The two ways in which passes come about, of which ORDERS_MODE chooses one; the other's sensor then skips, and says so."""

from typing import Final

import dagster as dg

from orders_platform.orchestration.jobs import ALL_TABLES, FULL_JOB
from orders_platform.settings import BACKLOG, CONTINUOUS, Settings

# Dagster's daemon looks every five seconds: asked for five, it finds them not quite over, and leaves out every second look.
INTERVAL_SECONDS: Final = 3


@dg.sensor(job=FULL_JOB, minimum_interval_seconds=INTERVAL_SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def hub_backlog(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Start a pass when the hub's tails are past what bronze has committed: one at a time, ever later while they fail."""
    settings = Settings.load()
    if settings.mode != BACKLOG:
        return dg.SensorResult(skip_reason=f"ORDERS_MODE is {settings.mode}: a job that runs all along does the passes")
    from orders_platform.orchestration.sensors.starting import start_if_behind  # noqa: PLC0415  loads the SDKs: 3 s

    return start_if_behind(context.instance, settings, context.cursor)


@dg.sensor(target=ALL_TABLES, minimum_interval_seconds=INTERVAL_SECONDS, default_status=dg.DefaultSensorStatus.RUNNING)
def continuous_job(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Keep the continuous Databricks job running, and show each table's part and checks as the job enters them in its ledger."""
    settings = Settings.load()
    if settings.mode != CONTINUOUS:
        return dg.SensorResult(skip_reason=f"ORDERS_MODE is {settings.mode}: sensor hub_backlog starts the passes")
    from orders_platform.orchestration.sensors.observing import observe  # noqa: PLC0415  loads the SDKs: 3 s

    return observe(context.instance, settings, context.cursor)
