"""Alerts of a local platform: their store in its database, and their heartbeat as a process that outlives Dagster's daemon."""

import json
from collections.abc import Callable
from typing import Any, Final

from orders_platform.local.database import ALERTS, Database
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Children
from orders_platform.settings import pass_on

_READY_SECONDS: Final = 60.0


def start_alerts(children: Children, database: Database, pages: str) -> Callable[[], dict[str, Any]]:
    """Start the heartbeat, and point this process and its later children to the store; whom to tell is the user's to say.

    Dagster's home must be known before. The answer waits until the heartbeat is served, and says where.

    Args:
        pages: address of Dagster's pages, to which messages lead.
    """
    env = {"ORDERS_ALERT_DATABASE_URL": database.url(ALERTS), "ORDERS_DAGSTER_URL": pages}
    pass_on(env)
    child = children.start("heartbeat", verb("alerts", "heartbeat", "--port", "0"))

    def ready() -> dict[str, Any]:
        # Dagster may say something of itself before
        told: dict[str, Any] = json.loads(child.read_line(_READY_SECONDS, saying='{"heartbeat"'))
        return told | {"env": env}

    return ready
