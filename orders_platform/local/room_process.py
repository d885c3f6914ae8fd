"""The control room as a child process; it reads the home's lake by the settings that this process has."""

import json
from typing import Final

from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Child, Children, free_port

PREFERRED_PORT: Final = 8501
READY_SECONDS: Final = 60.0


def start_room(children: Children) -> Child:
    """Start it; it says when it answers."""
    return children.start("room", verb("room", "serve", "--port", str(free_port(preferred=PREFERRED_PORT))))


def room_address(room: Child) -> str:
    """Wait until it answers. Raises EnvironmentFault where it does not."""
    return str(json.loads(room.read_line(READY_SECONDS))["room"])
