"""Where a pass runs, behind one small interface: here in the run's own process, elsewhere on a cluster."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from orders_platform.lakehouse.report import TableReport
from orders_platform.lakehouse.source import hub_source
from orders_platform.settings import Settings, is_folder

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class PassRunner(ABC):
    """Carries out a pass; every implementation reports each table the moment it is done."""

    @abstractmethod
    def run(self, tables: Collection[str], pass_id: str) -> Iterator[TableReport]:
        """Fill `tables` (like `gold.daily_sales`). Tables made from one whose blocking check fails are left out."""

    @abstractmethod
    def uri(self, table: str) -> str | None:
        """Where a reader finds the table; None where only the catalog knows."""


class InProcessRunner(PassRunner):
    """A pass in this process, over one Spark session that later passes of the process use again."""

    def run(self, tables: Collection[str], pass_id: str) -> Iterator[TableReport]:
        """Fill `tables` up to the hub's tail. Raises PlatformError where settings, hub or lake do not allow it."""
        settings = Settings.load()
        # asked before Spark is loaded: what is missing is said at once
        source = hub_source(settings.need_hub())
        from orders_platform.lakehouse.lake import Lake  # noqa: PLC0415  loads Spark: not before a pass is wanted
        from orders_platform.lakehouse.passes import run_pass  # noqa: PLC0415  the same

        lake = Lake(spark_session(), settings.lake, settings.timezone)
        return run_pass(lake, source, pass_id=pass_id, tables=frozenset(tables))

    def uri(self, table: str) -> str | None:
        """Path of the Delta table; None in a catalog."""
        lake = Settings.load().lake
        return "/".join((lake, *table.split("."))) if is_folder(lake) else None


def spark_session() -> "SparkSession":
    """The process's Spark session, started at the first call."""
    from dagster_pyspark import LazyPySparkResource  # noqa: PLC0415  loads Spark: not before a session is wanted

    from orders_platform.lakehouse.session import local_config  # noqa: PLC0415  the same

    session: SparkSession = LazyPySparkResource(spark_config=dict(local_config())).spark_session
    return session
