"""Keeps a platform running on one machine: the squad's service, hub, jobs service, Dagster, control room, a feed."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from orders_platform.lakehouse.java import java_for_spark
from orders_platform.local.alerts_process import start_alerts
from orders_platform.local.backup_place import BackupPlace, start_backup
from orders_platform.local.dagster_home import open_instance
from orders_platform.local.dagster_ui import DagsterUI
from orders_platform.local.database import start_database
from orders_platform.local.databricks_process import start_databricks
from orders_platform.local.home import Home
from orders_platform.local.hub_process import start_hub
from orders_platform.local.processes import Child, Children, free_port
from orders_platform.local.room_process import room_address, start_room
from orders_platform.local.squad_process import start_squad
from orders_platform.settings import Settings

PREFERRED_PORT: Final = 3000
UI_READY_SECONDS: Final = 300.0
_LOOK_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Running:
    """Where the parts of a running platform are.

    Attributes:
        hub: what the hub said of itself: name, ports, the settings that point a client to it.
        databricks: what the jobs service said of itself: its address, its settings.
        squad: what API and relay said of themselves: their addresses, their settings.
        backup: what is to be said of the backup's place: its settings, none where there is no backup.
        alerts: where their heartbeat is, and the settings of their store.
        room: the control room's address.
    """

    home: Path
    dagster: str
    hub: dict[str, Any]
    databricks: dict[str, Any]
    squad: dict[str, Any]
    backup: dict[str, Any]
    alerts: dict[str, Any]
    room: str

    def as_json(self) -> dict[str, object]:
        """What `up --json` prints."""
        told = {"home": str(self.home), "dagster": self.dagster, "hub": self.hub, "databricks": self.databricks}
        return {**told, "squad": self.squad, "backup": self.backup, "alerts": self.alerts, "room": self.room}


class Platform:
    """The parts of a running platform; all end with the block that `children` is of."""

    def __init__(self, home: Home, children: Children) -> None:
        """Start nothing yet."""
        self._home = home
        self._children = children

    def start(self, port: int, *, feed: bool, backup: BackupPlace) -> Running:
        """Start all, and come back when the pages answer; passes start by themselves when there is something in the hub."""
        database = start_database(self._children, self._home)
        place = start_backup(self._children, self._home, backup)
        hub = start_hub(self._children, self._home)
        # before the jobs service, whose Spark must know the place when it starts
        kept = place()
        databricks = start_databricks(self._children, self._home)()
        squad = start_squad(self._children, database())
        open_instance(self._home.dagster, database()).dispose()
        ui = DagsterUI(port)
        alerts = start_alerts(self._children, database(), ui.address)
        dagster = self._start_dagster(port)
        room = start_room(self._children)
        if feed:
            self._children.start("feed", [sys.executable, "-m", "orders_platform.local.sample_feed"])
        _wait_for(ui, dagster)
        return Running(self._home.root, ui.address, hub, databricks, squad, kept, alerts(), room_address(room))

    def _start_dagster(self, port: int) -> Child:
        module = ("-m", "orders_platform.definitions")
        return self._children.start(
            "dagster", [sys.executable, "-m", "dagster", "dev", *module, "-h", "127.0.0.1", "-p", str(port)]
        )


def check_machine(port: int | None) -> int:
    """Look for what must be there before anything starts; the port to take. Raises EnvironmentFault."""
    java_for_spark(Settings.load())
    return free_port(port, preferred=PREFERRED_PORT)


def _wait_for(ui: DagsterUI, dagster: Child) -> None:
    until = time.monotonic() + UI_READY_SECONDS
    while ui.location() is None:
        if dagster.ended:
            raise dagster.fault("did not start")
        if time.monotonic() > until:
            raise dagster.fault(f"was not ready within {UI_READY_SECONDS:.0f} seconds")
        time.sleep(_LOOK_SECONDS)
