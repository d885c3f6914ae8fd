"""What incidents are about. One cause should be one incident: what goes wrong together has one topic."""

from typing import Final

from orders_platform.alerts.signal import Topic
from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.checks import CHECKS
from orders_platform.orchestration.jobs import JOB_NAME

# What each pass judges anew looks well as soon as a pass meets nothing bad.
_PASS_SETTLES: Final = 300.0
PROGRESS: Final = Topic("progress", "Orders do not reach the tables", "progress")
QUARANTINE: Final = Topic("quarantine", "Messages are set aside", "quarantine", _PASS_SETTLES)
RELAY: Final = Topic("relay", "Events wait in the squad's outbox", "relay")
WATCH: Final = Topic("watch", "Something cannot be watched", "watch")
PAGES: Final = frozenset({"progress", "quarantine", "relay", "checks", "jobs", "sensors", "watch"})
# the sensors without which no pass comes about
_STARTERS: Final = frozenset({"hub_backlog", "continuous_job"})
_SET_ASIDE: Final = frozenset(
    {f"silver.order_events {rule.name}" for rule in RULES if rule.action == "quarantine"} | {"silver.quarantine quarantine_rate"}
)
_OF_A_PASS: Final = frozenset(f"{check.table} {check.name}" for check in CHECKS if check.table in BY_KEY)
_OUTBOX_LAG: Final = "squad.outbox outbox_lag"


def of_check(name: str) -> Topic:
    """Of a check's failure; `name` like `layer.table check`. Ten thousand messages set aside by five rules are one incident."""
    if name in _SET_ASIDE:
        return QUARANTINE
    if name == _OUTBOX_LAG:
        return RELAY
    return Topic(f"check {name}", f"Check {name} fails", "checks", _PASS_SETTLES if name in _OF_A_PASS else 0.0)


def of_job(name: str) -> Topic:
    """Of a failed run."""
    return PROGRESS if name == JOB_NAME else Topic(f"job {name}", f"Job {name} fails", "jobs")


def of_watcher(kind: str, name: str) -> Topic:
    """Of a look that failed: a sensor's or a schedule's."""
    return PROGRESS if name in _STARTERS else Topic(f"{kind} {name}", f"{kind.capitalize()} {name} fails", "sensors")
