"""A Spark with Delta on this machine. On a Databricks cluster none of this is used: its session is there already."""

import os
import pwd
import sys
import tempfile
import uuid
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from typing import Final

import pyspark
from pyspark.errors import PySparkRuntimeError
from pyspark.sql import SparkSession

from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.blob_emulator import blob_config, blob_jars
from orders_platform.lakehouse.java import java_for_spark
from orders_platform.lakehouse.spark_jars import JARS, ensure_jars
from orders_platform.lakehouse.stopping import handler_kept
from orders_platform.settings import Settings, pass_on

# What Delta and streams need, wherever they run; the rest of local_config() is for a small machine.
DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    # Default INT96: nanoseconds, which other readers cannot hold before 1678 or after 2261; they then refuse the whole column.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
SMALL_MACHINE = {
    "spark.master": "local[2]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Default 200; small data spends its time in empty tasks. Streams fix it in their checkpoint.
    "spark.sql.shuffle.partitions": "2",
    # Default 50: the first write of a table takes 17 s instead of 3 s.
    "spark.databricks.delta.snapshotPartitions": "1",
    # Default 100: a pass has more generated classes than that, and would compile them all again each time (17 s, not 11).
    "spark.sql.codegen.cache.maxEntries": "4000",
    # Default 10000: VACUUM lists a table's folder by so many tasks, which take two minutes, not two seconds.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "2",
    # Each checkpoint is a spike of seconds in the write that meets it.
    "spark.databricks.delta.properties.defaults.checkpointInterval": "50",
}


JAVA_OPTIONS = "spark.driver.extraJavaOptions"
# what pyspark keeps to itself
_JVM: Final = attrgetter("_jvm")
WAREHOUSE: Final = "spark.sql.warehouse.dir"
# of another Spark or Hadoop that the user's shell knows, its configuration included: this one would take it for its own
_NOT_OURS: Final = ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR", "SPARK_DIST_CLASSPATH")


def local_config(settings: Settings | None = None) -> dict[str, str]:
    """Every Spark setting of a local session. Fetches the jars where they are missing.

    Raises SettingsError or EnvironmentFault where no Spark would start, or not the one that was installed with us.
    """
    settings = settings or Settings.load()
    _need_own_pyspark()
    _need_user_name()
    _start_own_spark(java_for_spark(settings))
    jars = ensure_jars(settings, jars=JARS + blob_jars(settings.backup))
    # Spark reads these as addresses
    own = {"spark.jars": ",".join(jar.as_uri() for jar in jars), JAVA_OPTIONS: java_options(), WAREHOUSE: _warehouse()}
    return DELTA | SMALL_MACHINE | own | blob_config(settings.backup)


def _need_own_pyspark() -> None:
    if pyspark.__version__ != version("pyspark"):
        raise EnvironmentFault(
            f"pyspark {pyspark.__version__} of {Path(pyspark.__file__).parent} stands before the installed {version('pyspark')}: "
            "take its folder out of PYTHONPATH"
        )


def _need_user_name() -> None:
    """Java asks the system for it, and Hadoop's login ends without one."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError as fault:
        raise EnvironmentFault(
            f"the system knows no name of user {os.getuid()}, without which no Spark starts: add a line for it to /etc/passwd"
        ) from fault


def _start_own_spark(java: Path) -> None:
    """Let pyspark's launcher start the Spark of its own wheel, with workers of this Python: another would lack our packages."""
    own = {"JAVA_HOME": str(java), "PYSPARK_PYTHON": sys.executable, "SPARK_HOME": str(Path(pyspark.__file__).parent)}
    pass_on(own | {"PYSPARK_SUBMIT_ARGS": "pyspark-shell"} | dict.fromkeys(_NOT_OURS, ""))


@cache
def _warehouse() -> str:
    """A folder that Spark makes even where all tables are at paths: a temporary one, not one beside the user's files."""
    return str(Path(tempfile.gettempdir(), f"orders-warehouse-{uuid.uuid4().hex}"))


def java_options() -> str:
    """Options of Java that keep Spark's words to what matters, and its texts and numbers the same wherever it runs."""
    # as an address, since a path may hold spaces
    words = f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}"
    return f"{words} -Dfile.encoding=UTF-8 -Duser.language=en -Duser.country=US"


def local_session(extra: Mapping[str, str] | None = None) -> SparkSession:
    """The local Spark of this process, started on the first call. Raises EnvironmentFault where its Java ends at once."""
    builder = SparkSession.builder.appName("orders_platform")
    for name, value in (local_config() | dict(extra or {})).items():
        builder = builder.config(name, value)
    try:
        with handler_kept():
            session = builder.getOrCreate()
    except PySparkRuntimeError as fault:
        if fault.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        raise EnvironmentFault("Spark's Java ended as it started; what it said of it stands above") from fault
    # by Java's own hook the folder goes with it, however Python ends
    java = _JVM(session)
    java.org.apache.spark.util.ShutdownHookManager.registerShutdownDeleteDir(java.java.io.File(_warehouse()))
    return session
