"""The local jobs service as a child process: the settings that point to it come from its own first line."""

import json
from collections.abc import Callable
from typing import Any, Final

from orders_platform.local.home import Home
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Children
from orders_platform.settings import pass_on

READY_SECONDS: Final = 60.0
# what the user's shell says of a workspace on Azure, or of another job there, would contradict the local one
_NOT_OURS: Final = (
    "DATABRICKS_CONFIG_PROFILE", "DATABRICKS_CLIENT_ID", "DATABRICKS_CLIENT_SECRET", "ORDERS_JOB",
    "ORDERS_CONTINUOUS_JOB", "ORDERS_WHEEL",
)  # fmt: skip


def start_databricks(children: Children, home: Home) -> Callable[[], dict[str, Any]]:
    """Start the service, whose runs get the settings that this process has now; its cluster warms up meanwhile.

    The answer waits until it is ready, points this process and its later children to it, and says what it said of itself.
    """
    pass_on(dict.fromkeys(_NOT_OURS, ""))
    child = children.start("databricks", verb("databricks", "serve", "--data", str(home.databricks), "--volume", str(home.root)))

    def ready() -> dict[str, Any]:
        told: dict[str, Any] = json.loads(child.read_line(READY_SECONDS))
        pass_on(told["env"])
        return told

    return ready
