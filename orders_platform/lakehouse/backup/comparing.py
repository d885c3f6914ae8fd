"""The backup's bodies beside bronze's, position by position: whoever believes one of the two can believe the other."""

from collections.abc import Mapping, Sequence
from datetime import date

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.manifest import Entry
from orders_platform.lakehouse.backup.reading import faults, messages
from orders_platform.lakehouse.backup.store import Store
from orders_platform.lakehouse.bronze.same_bodies import Comparison, compared
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.checks import BACKUP_TABLE, result
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.report import CheckResult

# Of one query, so that memory stays bounded however much is kept.
_MOST_MESSAGES = 1_000_000


def beside_bronze(
    lake: Lake, store: Store, ordered: Sequence[Entry], sizes: Mapping[str, int], *, since: date | None
) -> CheckResult:
    """Whether what both have is the same; a file that is not whole, or cannot be read, is told and not compared."""
    wanted = [
        entry
        for entry in ordered
        if not any(faults([entry], sizes)) and (since is None or max(entry.days, default=date.min) >= since)
    ]
    found, unread = Comparison(), []
    if lake.exists(ORDER_EVENTS):
        for group in manifest.bounded(wanted, _MOST_MESSAGES):
            try:
                rows = messages(lake.spark, store, group)
                found = found.then(compared(lake, rows, group[0].generation, manifest.span(group)))
            except (PySparkException, Py4JJavaError) as fault:
                unread.append(f"entries {group[0].number} to {group[-1].number} of {group[0].generation}: {_first(fault)}")
    return result(
        BACKUP_TABLE,
        "same_as_bronze",
        passed=not (found.differing or unread),
        compared=found.compared,
        differing=found.differing,
        sample=[*found.sample, *unread],
    )


def _first(fault: PySparkException | Py4JJavaError) -> str:
    said = str(fault.java_exception) if isinstance(fault, Py4JJavaError) else str(fault)
    return said.strip().splitlines()[0][:300]
