"""A pass in Dagster's own process: for tests of assets, without a jobs service between them and Spark."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dagster_pyspark import LazyPySparkResource

from orders_platform.lakehouse.carry_out import carry_out
from orders_platform.lakehouse.places import table_uri
from orders_platform.lakehouse.report import Told
from orders_platform.lakehouse.session import local_config
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.reporting import ReportingRunner
from orders_platform.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class InProcessRunner(ReportingRunner):
    """Over one Spark session, which later passes of the process use again."""

    def reports(self, work: Work) -> Iterator[Told]:
        """Do the work in this process. Raises PlatformError where settings, hub or lake do not allow it."""
        return carry_out(work, _session, Settings.load())

    def uri(self, table: str) -> str | None:
        """Path of the Delta table; None in a catalog."""
        return table_uri(Settings.load().lake, table)


def _session() -> "SparkSession":
    session: SparkSession = LazyPySparkResource(spark_config=dict(local_config())).spark_session
    return session
