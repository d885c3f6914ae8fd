"""The platform as `up` runs it, without its feed: hub, jobs service and Dagster, to be measured from outside."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.workplace import Workplace
from orders_platform.local.dagster_ui import DagsterUI
from orders_platform.local.home import Home
from orders_platform.local.hub_process import verb
from orders_platform.local.processes import Child, Children, free_port
from orders_platform.settings import HubSettings, Settings, pass_on

_READY_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class RunningUp:
    """A running platform."""

    home: Home
    hub: HubSettings
    pages: DagsterUI
    process: Child


@contextmanager
def running_up(place: Workplace, name: str, mode: str) -> Iterator[RunningUp]:
    """The platform in a home of its own; later children of this process are pointed to its hub."""
    home, port = Home(place.root / name), free_port()
    pass_on({"ORDERS_MODE": mode})
    words = ("up", "--json", "--no-feed", "--home", str(home.root), "--port", str(port))
    # it ends its own children, and needs a while for it
    with Children(home.logs, grace_seconds=60.0) as children:
        with place.step(f"{name}: start of `up`"):
            process = children.start("up", verb(*words))
            told = json.loads(process.read_line(_READY_SECONDS))
        pass_on(told["hub"]["env"])
        yield RunningUp(home, Settings.load().need_hub(), DagsterUI(port), process)
