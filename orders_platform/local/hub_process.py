"""The local hub as a child process: the settings that point to it come from its own first line."""

import json
import sys
from typing import Any, Final

from orders_platform.local.home import Home
from orders_platform.local.processes import Children
from orders_platform.settings import pass_on

HUB_NAME: Final = "orders"
READY_SECONDS: Final = 60.0


def verb(*words: str) -> list[str]:
    """A verb of this platform as a command, whatever the PATH holds."""
    return [sys.executable, "-m", "orders_platform", *words]


def start_hub(children: Children, home: Home) -> dict[str, Any]:
    """Start the hub over the home's events, and point this process and its later children to hub, lake and Dagster's home.

    Returns what the hub said of itself: name, ports, settings.
    """
    child = children.start("hub", verb("hub", "serve", "--name", HUB_NAME, "--data", str(home.hub)))
    told: dict[str, Any] = json.loads(child.read_line(READY_SECONDS))
    here = {
        "ORDERS_HOME": str(home.root),
        "ORDERS_LAKE": str(home.lake),
        "DAGSTER_HOME": str(home.dagster),
        # a namespace that the user's shell names would contradict the local connection
        "ORDERS_HUB_NAMESPACE": "",
    }
    pass_on(here | told["env"])
    return told
