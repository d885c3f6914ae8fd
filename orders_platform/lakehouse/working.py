"""A run of the job in the cluster's own Spark session: does the work, tells of each table the moment it is done."""

from collections.abc import Callable, Mapping

from pyspark.sql import SparkSession
from pyspark.sql.utils import is_remote

from orders_platform.errors import ChecksFailed, EnvironmentFault
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
        for report in carry_out(work, lambda: own_session(SparkSession.builder.getOrCreate), settings, stop):
            tell(report, table_uri(settings.lake, report.table))
            failed += report.failed_checks
    if failed and not pipes:
        raise ChecksFailed(f"checks failed: {', '.join(failed)}")


def own_session(make: Callable[[], SparkSession]) -> SparkSession:
    """The session that `make` gives. Raises EnvironmentFault where it is a client of Spark Connect, in which no pass works."""
    if not is_remote():
        session = make()
        # some processes become a client by making their session
        if not is_remote():
            return session
    raise EnvironmentFault(
        "Spark is Spark Connect here, as on serverless and in standard access mode, and no pass works in it: let ORDERS_JOB or "
        "ORDERS_CLUSTER name a cluster in dedicated access mode (data_security_mode SINGLE_USER)"
    )
