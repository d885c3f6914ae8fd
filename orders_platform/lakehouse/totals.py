"""What gold has of each day, for whoever compares it with another account of the same orders.

Only read, and of one version of the table: so it takes no turn, and works beside a pass or a job that runs all along.
"""

from collections.abc import Iterator
from datetime import date

from pyspark.sql import functions as F

from orders_platform.errors import InputError
from orders_platform.lakehouse.day_totals import SUMS, DayTotals, Totals
from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.work import Work


def totals(lake: Lake, work: Work) -> Iterator[Totals]:
    """The totals of the days that `work` names, oldest first.

    Raises InputError where it names no range, PassRefused where there is no table yet.
    """
    if work.first_day is None or work.last_day is None:
        raise InputError("totals need first_day and last_day, like 2026-01-05 and 2026-01-06; last_day is among them")
    if work.first_day > work.last_day:
        raise InputError(f"first_day {work.first_day} is after last_day {work.last_day}: give the earlier day first")
    yield _summed(lake, work.first_day, work.last_day)


def _summed(lake: Lake, first: date, last: date) -> Totals:
    version = lake.state(DAILY_SALES).version
    days = lake.read(DAILY_SALES, version).where(F.col("order_date").between(first, last))
    sums = [F.sum(name).alias(name) for name in SUMS]
    rows = days.groupBy("order_date", "currency").agg(*sums).orderBy("order_date", "currency").collect()
    return Totals(
        version, tuple(DayTotals(row["order_date"], row["currency"], *(int(row[name]) for name in SUMS)) for row in rows)
    )
