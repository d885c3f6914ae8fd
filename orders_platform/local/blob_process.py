"""The local Blob storage as a child process: the settings that point to it come from its own first line."""

import json
from collections.abc import Callable
from typing import Any, Final

from orders_platform.local.home import Home
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Children

READY_SECONDS: Final = 90.0


def start_blob(children: Children, home: Home) -> Callable[[], dict[str, Any]]:
    """Start it over the home's blobs; the answer waits until it is ready, and says what it said of itself."""
    child = children.start("blob", verb("blob", "serve", "--home", str(home.root)))
    return lambda: dict(json.loads(child.read_line(READY_SECONDS)))
