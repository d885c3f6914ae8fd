"""The jobs service as a whole: store, runs, jobs, cluster, pipeline and files over one data directory."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orders_platform.emulators.databricks.clock import LoopClock
from orders_platform.emulators.databricks.cluster import LocalCluster
from orders_platform.emulators.databricks.desk import Desk
from orders_platform.emulators.databricks.jobs import Jobs
from orders_platform.emulators.databricks.pipeline import Pipeline
from orders_platform.emulators.databricks.store import Store
from orders_platform.emulators.databricks.tasks import DriverOptions
from orders_platform.emulators.databricks.volumes import Volumes

_SPARE_S: Final = 5.0
# the pipeline with Spark's open source; its last line of output is what it did
_UPDATE: Final = (sys.executable, "-m", "orders_platform", "pipeline", "run", "--json")


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to serve.

    Attributes:
        token: what clients must bear.
        port: 0 takes a free one.
        slots: how many runs are on the cluster at once.
        volumes: the folders that the Files API reaches.
        session: the function that starts the cluster's Spark, as MODULE:FUNCTION.
        update: the command that an update of the pipeline is.
    """

    data: Path
    token: str
    port: int
    slots: int
    grace_seconds: float
    volumes: tuple[Path, ...]
    session: str
    update: tuple[str, ...] = _UPDATE


class Service:
    """Everything behind the API. Made and used on one event loop."""

    def __init__(self, options: ServiceOptions) -> None:
        """Open the data. Raises EnvironmentFault where it cannot be used."""
        self.options = options
        self.url = ""
        self._store = Store.open(options.data)
        driver = DriverOptions(options.session, str(options.data / "scratch"), options.grace_seconds)
        clock = LoopClock()
        self.cluster = LocalCluster(driver, options.data / "cluster.log")
        self.desk = Desk(self._store, self.cluster, clock, data=options.data, slots=options.slots)
        self.jobs = Jobs(self._store, self.desk, clock)
        self.pipeline = Pipeline(options.update, clock, options.data / "pipeline.log", options.grace_seconds)
        self.volumes = Volumes(options.volumes)

    def start(self, url: str) -> asyncio.Task[None]:
        """Warm the cluster up, and start the continuous jobs; clients find the service at `url`. The task ends by a fault."""
        self.url = url
        supervision = self.cluster.open(self.desk)
        self.jobs.open()
        return supervision

    async def stop(self) -> None:
        """Cancel all runs, and end the cluster."""
        self.jobs.close()
        await self.pipeline.close()
        for run in self.desk.active():
            self.desk.cancel(run)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._all_ended(), self.options.grace_seconds + _SPARE_S)
        await self.cluster.close()
        self._store.close()

    async def _all_ended(self) -> None:
        ended = asyncio.Event()
        self.desk.watch(lambda _: ended.set())
        while self.desk.active():
            ended.clear()
            await ended.wait()
