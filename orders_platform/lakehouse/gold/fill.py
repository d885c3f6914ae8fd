"""Fills the gold tables: only the days that a batch touched are made again, each table in one commit."""

from collections.abc import Callable

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.lakehouse.changes import Changes, Touched
from orders_platform.lakehouse.gold import table as gold
from orders_platform.lakehouse.gold import transform
from orders_platform.lakehouse.gold.state import standing
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.silver.table import ORDER_EVENTS
from orders_platform.lakehouse.spans import condition
from orders_platform.lakehouse.table import Table

# Makes a table again where it was touched, and returns the condition on the rows that were made.
Rebuild = Callable[[Lake, Touched, Note], str]


def _of_days(table: Table, figures: transform.Figures) -> Rebuild:
    """Touched days, from orders as they stand."""

    def fill(lake: Lake, changes: Touched, note: Note) -> str:
        where = condition("order_date", changes.days)
        return _replace(lake, table, figures(orders_of_days(lake, where)), note, where=where, changes=changes)

    return fill


OF_DAYS: dict[str, Rebuild] = {table.key: _of_days(table, figures) for table, figures in transform.OF_DAYS.items()}


def sales_by_minute(lake: Lake, changes: Touched, note: Note) -> str:
    """Touched hours of the orders' last change."""
    hours = condition("occurred_at", changes.hours)
    orders = standing(lake.read(ORDER_EVENTS), "occurred_at", "supersedes_occurred_at", hours)
    rows = transform.sales_by_minute(orders)
    return _replace(lake, gold.SALES_BY_MINUTE, rows, note, where=condition("minute", changes.hours), changes=changes)


def cancellations(lake: Lake, changes: Changes, note: Note) -> str:
    """Touched days, and the days of cancellations that name an order which was touched: an orphan may have found its sale."""
    events = lake.read(ORDER_EVENTS)
    ids = F.broadcast(changes.rows.select(F.col("order_id").alias("cancels_order_id")).distinct())
    naming = events.where("cancels_order_id IS NOT NULL").join(ids, "cancels_order_id", "left_semi")
    days = changes.days_with(naming.select("order_date"))
    where = condition("order_date", days)
    documents = standing(events, "order_date", "supersedes_order_date", where)
    rows = transform.cancellations(documents, _named_sales(events, documents))
    return _replace(lake, gold.CANCELLATIONS, rows, note, where=where, changes=changes)


def _named_sales(events: DataFrame, documents: DataFrame) -> DataFrame:
    """The sales that the documents cancel, as they stand, on whatever day."""
    named = documents.where("cancels_order_id IS NOT NULL").select(F.col("cancels_order_id").alias("order_id")).distinct()
    versions = events.where("NOT is_stale").join(F.broadcast(named), "order_id", "left_semi")
    newest = versions.groupBy("order_id").agg(F.max_by(F.struct("kind", "order_date"), "order_version").alias("now"))
    return newest.where("now.kind = 'sale'").select("order_id", "now.order_date")


def product_prices(lake: Lake, changes: Touched, note: Note) -> str:
    """Price history from the first touched day on. The table is small, a row a price, so it is written whole."""
    if not changes.days:
        return "false"
    first = f"DATE'{changes.days[0].start.isoformat()}'"
    kept = lake.read(gold.PRODUCT_PRICES).where("false" if changes.is_everything else f"valid_from < {first}")
    days = lake.read(gold.PRODUCT_SALES).where(f"order_date >= {first}")
    lake.overwrite(transform.product_prices(kept, days), gold.PRODUCT_PRICES, note)
    return "true"


def orders_of_days(lake: Lake, where: str) -> DataFrame:
    """Orders as they stand whose day meets `where`."""
    return standing(lake.read(ORDER_EVENTS), "order_date", "supersedes_order_date", where)


def _replace(lake: Lake, table: Table, rows: DataFrame, note: Note, *, where: str, changes: Touched) -> str:
    if changes.is_everything:
        lake.overwrite(rows, table, note)
        return "true"
    lake.replace(rows, table, note, where=where)
    return where
