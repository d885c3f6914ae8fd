"""Ties a run's process to the driver's JVM: its own session, which is what the run's code gets for a builder's."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from orders_platform.settings import pass_on

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Door:
    """The way into the JVM for one run.

    Attributes:
        key: the Java property that holds the run's session, and the tag of its Spark jobs.
    """

    port: int
    secret: str
    key: str


def attach(door: Door) -> None:
    """Make the run's session the one that `SparkSession.builder.getOrCreate()` and `getActiveSession()` give here."""
    # first of all: a context that fails while it is made stops itself
    for shared, ending in ((SparkSession, "stop"), (SparkContext, "stop")):
        setattr(shared, ending, _leave_running)
    # Spark's workers are of this Python: another one on the path would lack our packages
    pass_on({"PYSPARK_PYTHON": sys.executable, "PYSPARK_GATEWAY_PORT": str(door.port), "PYSPARK_GATEWAY_SECRET": door.secret})
    launch: Callable[[], Any] = launch_gateway
    gateway = launch()
    java = gateway.jvm.org.apache.spark
    java_context = java.api.java.JavaSparkContext.fromSparkContext(java.SparkContext.getOrCreate())
    conf = SparkConf(_jvm=gateway.jvm, _jconf=java_context.getConf())
    context = SparkContext(gateway=gateway, jsc=java_context, conf=conf)
    SparkSession(context, gateway.jvm.System.getProperties().get(door.key))
    context.addJobTag(door.key)


def _leave_running(_: object) -> None:
    sys.stderr.write("stop() does nothing here: other runs use this Spark\n")
