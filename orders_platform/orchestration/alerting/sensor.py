"""The sensor by which the platform watches itself, and tells people."""

from typing import Final

import dagster as dg

from orders_platform.orchestration.alerting.ticks import ALERTING
from orders_platform.settings import Settings

# a bad event is with people within a minute: a pass, this, and a moment to deliver
INTERVAL_SECONDS: Final = 10
_DOES: Final = "Looks at checks, runs, sensors, tables and the hub; tells people of what goes wrong, and of its end."
_STANDS: Final = (
    "Stopped, since nobody is to be told: set ORDERS_ALERT_URLS, or ORDERS_ALERT_DATABASE_URL to keep incidents alone."
)


def alerting_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor; running where somebody is to be told, else stopped, and it says why."""
    is_running = settings.alerts.is_watching
    made = dg.sensor(
        name=ALERTING,
        minimum_interval_seconds=INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING if is_running else dg.DefaultSensorStatus.STOPPED,
        description=_DOES if is_running else f"{_STANDS}\n\n{_DOES}",
    )
    return made(look_and_tell)


def look_and_tell(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """One look; it starts no run. Raises PlatformError where the alert store does not serve: the tick then fails."""
    from orders_platform.orchestration.alerting.looking import Look, shared_sender  # noqa: PLC0415  loads apprise and the hub's SDK: 2 s

    repository = context.repository_def
    if repository is None:
        return dg.SkipReason("nothing is loaded that could be watched")
    watchers = {one.name for one in repository.sensor_defs} | {one.name for one in repository.schedule_defs}
    look = Look(
        context.instance,
        Settings.load(),
        check_keys=sorted(repository.asset_graph.asset_check_keys, key=lambda key: key.to_user_string()),
        watchers=frozenset(watchers),
        sender=shared_sender(),
        complain=context.log.error,
    )
    return dg.SkipReason(look.run())


ALERTING_SENSOR = alerting_sensor(Settings.load())
