"""The driver's Spark: started once, warmed up, lent to runs."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Any, Final

from py4j.protocol import Py4JJavaError

from orders_platform.emulators.databricks.driver.attach import Door

if TYPE_CHECKING:
    from subprocess import Popen

    from pyspark.sql import SparkSession

# What pyspark keeps to itself: the JVM, the session in it, the context in it, the JVM's process.
_INSIDE: Final = attrgetter("_jvm", "_jsparkSession", "_jsc", "sparkContext._gateway.proc")
# less than the service gives its driver
_FAREWELL_S: Final = 8.0
_KEY: Final = "orders_platform.run."
_SETTINGS: Final[Mapping[str, str]] = {
    "spark.scheduler.mode": "FAIR",
    # a worker that is used again runs the code of an earlier run
    "spark.python.worker.reuse": "false",
}


@dataclass(frozen=True, slots=True)
class Lent:
    """A run's session in the JVM, and the server behind its door."""

    door: Door
    session: Any
    server: Any


class WarmSpark:
    """One JVM for all runs; each has a session, and a callback server for foreachBatch, of its own."""

    def __init__(self, session: "SparkSession") -> None:
        """Lend out of the session's Spark."""
        self._context = session.sparkContext
        self._jvm, self._root, self._java_context, process = _INSIDE(session)
        self.process: Popen[bytes] = process

    def end(self) -> None:
        """End the JVM by the end of its stdin, and wait a while: it takes its temporary files with it, unless it is killed."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        with suppress(TimeoutExpired):
            self.process.wait(_FAREWELL_S)

    def lend(self, run_id: int) -> Lent:
        """Open a door for a run."""
        server = self._jvm.org.apache.spark.api.python.Py4JServer(self._java_context.sc().conf())
        server.start()
        session = self._root.newSession()
        key = f"{_KEY}{run_id}"
        self._jvm.System.getProperties().put(key, session)
        return Lent(Door(int(server.getListeningPort()), str(server.secret()), key), session, server)

    def silence(self, lent: Lent) -> None:
        """Stop the run's streams and its Spark jobs. A stream that fails while it is stopped is stopped, too."""
        for query in list(lent.session.streams().active()):
            with suppress(Py4JJavaError):
                query.stop()
        lent.session.interruptAll()
        self._context.cancelJobsWithTag(lent.door.key)

    def take_back(self, lent: Lent) -> None:
        """Close the door; its process is gone."""
        self._jvm.System.getProperties().remove(lent.door.key)
        lent.server.shutdown()
        self.be_default()

    def be_default(self) -> None:
        """An attaching run makes its own session the JVM's default, which would outlive it."""
        self._jvm.org.apache.spark.sql.classic.SparkSession.setDefaultSession(self._root)


def start_spark(factory: str, scratch: Path) -> WarmSpark:
    """The Spark of the factory, MODULE:FUNCTION, warmed up."""
    module, _, function = factory.partition(":")
    session = getattr(import_module(module), function)(_SETTINGS)
    _warm_up(session, scratch / "warm_up")
    return WarmSpark(session)


def _warm_up(session: "SparkSession", table: Path) -> None:
    """Without it the first run loads Delta, code generation and shuffles itself, and takes up to 20 seconds longer."""
    rows = session.range(100).selectExpr("id", "id % 7 AS part")
    rows.write.format("delta").mode("overwrite").save(str(table))
    rows.groupBy("part").count().collect()
    rows.createOrReplaceTempView("warm_up")
    session.sql(
        f"MERGE INTO delta.`{table}` AS old USING warm_up AS new ON old.id = new.id "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    ).collect()
    session.catalog.dropTempView("warm_up")
