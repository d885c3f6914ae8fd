"""Gold's figures, as pure functions of orders as they stand. A sale is gross, a cancellation is cancelled, on its own day.

They keep to what a declarative pipeline does not look into before it runs (see pipelines/): select, where, groupBy, join, union.
"""

from collections.abc import Callable

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from orders_platform.lakehouse.gold import table
from orders_platform.lakehouse.table import Table

Figures = Callable[[DataFrame], DataFrame]
_PRICE = ("product_no", "currency", "unit_price_minor", "valid_from")


def _sum_if(condition: str, amount: str) -> SparkColumn:
    return F.expr(f"coalesce(sum(CASE WHEN {condition} THEN {amount} END), 0)")


def _amounts(amount: str) -> tuple[SparkColumn, ...]:
    return (
        _sum_if("kind = 'sale'", amount).alias("gross_minor"),
        _sum_if("kind = 'cancellation'", f"-{amount}").alias("cancelled_minor"),
        F.expr(f"sum({amount})").alias("net_minor"),
    )


def _counts() -> tuple[SparkColumn, ...]:
    return (
        F.expr("count_if(kind = 'sale')").alias("orders"),
        F.expr("count_if(kind = 'cancellation')").alias("cancellations"),
    )


def daily_sales(orders: DataFrame) -> DataFrame:
    """A row per day, country and currency."""
    return orders.groupBy("order_date", "country", "currency").agg(
        *_counts(), F.sum("line_count").alias("lines"), F.sum("units").alias("units"), *_amounts("total_minor")
    )


def sales_by_minute(orders: DataFrame) -> DataFrame:
    """A row per minute of the last change, country and currency."""
    minute = F.date_trunc("minute", "occurred_at").alias("minute")
    return orders.groupBy(minute, "country", "currency").agg(*_counts(), *_amounts("total_minor"))


def product_sales(orders: DataFrame) -> DataFrame:
    """A row per day, product and currency; its price is that of the day's last sale, by time, order and line."""
    lines = orders.select("order_date", "currency", "kind", "placed_at", "order_id", F.explode("lines").alias("line"))
    amount = F.expr("line.unit_price_minor * line.quantity").alias("amount")
    flat = lines.select("order_date", "currency", "kind", "placed_at", "order_id", "line.*", amount)
    last = F.max(F.expr("struct(kind = 'sale' AS is_sale, placed_at, order_id, line_no, product_name, unit_price_minor)"))
    return (
        flat.groupBy("order_date", "product_no", "currency")
        .agg(
            last.alias("last"),
            _sum_if("kind = 'sale'", "quantity").alias("units_sold"),
            _sum_if("kind = 'cancellation'", "-quantity").alias("units_cancelled"),
            *_amounts("amount"),
        )
        .selectExpr("*", "last.product_name", "CASE WHEN last.is_sale THEN last.unit_price_minor END AS price_minor")
    )


def product_prices(kept: DataFrame, days: DataFrame) -> DataFrame:
    """Price history: the rows that stay, then a row at each day whose price differs from the one before it.

    Args:
        kept: rows of gold.product_prices that began before the first day in `days`.
        days: rows of gold.product_sales from that day on.
    """
    return price_history(kept.select(*_PRICE).unionByName(prices_of_days(days)))


def prices_of_days(days: DataFrame) -> DataFrame:
    """What a product cost, on each day of gold.product_sales on which it was sold."""
    return days.where("price_minor IS NOT NULL").select(
        "product_no", "currency", F.col("price_minor").alias("unit_price_minor"), F.col("order_date").alias("valid_from")
    )


def price_history(prices: DataFrame) -> DataFrame:
    """A row at each day whose price differs from the one before it."""
    history = Window.partitionBy("product_no", "currency").orderBy("valid_from")
    before = F.lag("unit_price_minor").over(history).alias("before")
    changes = prices.select(*_PRICE, before).where("before IS NULL OR before <> unit_price_minor")
    ended = changes.select(*_PRICE, F.lead("valid_from").over(history).alias("valid_to"))
    return ended.select("*", F.col("valid_to").isNull().alias("is_current"))


def cancellations(orders: DataFrame, sales: DataFrame) -> DataFrame:
    """A row per cancellation document.

    Args:
        sales: order_id and order_date of sales as they stand, at least of those that the cancellations name.
    """
    sold = sales.select(F.col("order_id").alias("cancels_order_id"), F.col("order_date").alias("sold_on"))
    return (
        orders.where("kind = 'cancellation'")
        .join(sold, "cancels_order_id", "left")
        .select(
            "*",
            (-F.col("total_minor")).alias("cancelled_minor"),
            F.when(F.col("sold_on").isNull(), "orphan").otherwise("named").alias("match"),
            F.datediff("order_date", "sold_on").alias("days_since_sale"),
        )
    )


OF_DAYS: dict[Table, Figures] = {
    # made of the orders of a day as they stand: a pass makes the days anew that it touched, a pipeline makes all
    table.DAILY_SALES: daily_sales,
    table.PRODUCT_SALES: product_sales,
}
