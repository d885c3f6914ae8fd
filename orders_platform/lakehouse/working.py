"""A run of the job in the cluster's own Spark session: does the work, tells of each table the moment it is done."""

from collections.abc import Mapping

from pyspark.sql import SparkSession

from orders_platform.errors import ChecksFailed
from orders_platform.lakehouse.carry_out import carry_out
from orders_platform.lakehouse.full_disk import full_disk_told
from orders_platform.lakehouse.places import table_uri
from orders_platform.lakehouse.stopping import set_when_asked_to_end
from orders_platform.lakehouse.telling import telling
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings


def work_and_tell(work: Work, pipes: Mapping[str, str]) -> None:
    """Do `work`. Raises PlatformError; ChecksFailed only where nobody listens: a listener judges the checks itself."""
    failed: list[str] = []
    # its messages may lie on the disk that is full
    with full_disk_told(), telling(pipes) as tell:
        settings = Settings.load(work.settings)
        stop = set_when_asked_to_end() if work.mode == "continuous" else None
        for report in carry_out(work, SparkSession.builder.getOrCreate, settings, stop):
            tell(report, table_uri(settings.lake, report.table))
            failed += report.failed_checks
    if failed and not pipes:
        raise ChecksFailed(f"checks failed: {', '.join(failed)}")
