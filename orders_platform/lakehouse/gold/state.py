"""Orders as they stand, of some days only: what every gold table is made from.

silver.order_events alone gives it, without waiting for silver.orders: an event that was stale when it came never counts, and an
event that superseded another carries the other's day, so whoever asks for that day finds the newer one as well.
"""

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F


def standing(events: DataFrame, by: str, superseded_by: str, where: str) -> DataFrame:
    """Newest events of the orders whose column `by` meets `where`.

    Args:
        by: the column that dates an order, for the table being made.
        superseded_by: the same column of the version that an event replaced.
        where: a condition on `by`, in literal bounds.
    """
    near = events.where(f"NOT is_stale AND ({where} OR {where.replace(by, superseded_by)})")
    newest = F.max("order_version").over(Window.partitionBy("order_id"))
    return near.withColumn("newest", newest).where("order_version = newest").where(where).drop("newest")
