"""A Spark with Delta on this machine. On a Databricks cluster none of this is used: its session is there already."""

import sys
from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import SparkSession

from orders_platform.lakehouse.blob_emulator import blob_config, blob_jars
from orders_platform.lakehouse.java import java_home
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


def local_config(settings: Settings | None = None) -> dict[str, str]:
    """Every Spark setting of a local session. Fetches the jars where they are missing."""
    settings = settings or Settings.load()
    # a worker of another Python would lack our packages
    pass_on({"JAVA_HOME": str(java_home(settings)), "PYSPARK_PYTHON": sys.executable})
    jars = ensure_jars(settings, jars=JARS + blob_jars(settings.backup))
    own = {"spark.jars": ",".join(str(jar) for jar in jars), JAVA_OPTIONS: quiet()}
    return DELTA | SMALL_MACHINE | own | blob_config(settings.backup)


def quiet() -> str:
    """The option of Java that keeps Spark's words to what matters."""
    # as an address, since a path may hold spaces
    return f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}"


def local_session(extra: Mapping[str, str] | None = None) -> SparkSession:
    """The local Spark of this process, started on the first call."""
    builder = SparkSession.builder.appName("orders_platform")
    for name, value in (local_config() | dict(extra or {})).items():
        builder = builder.config(name, value)
    with handler_kept():
        return builder.getOrCreate()
