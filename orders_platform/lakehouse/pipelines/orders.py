"""The pipeline's definition: what is made from what. `spark-pipelines` and Databricks both run this file.

Its tables stand in one schema, named `layer_table`, beside those of the streaming path and never among them.
"""

from collections.abc import Callable

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession

from orders_platform.lakehouse.bronze import table as bronze
from orders_platform.lakehouse.gold import table as gold
from orders_platform.lakehouse.gold import transform as figures
from orders_platform.lakehouse.pipelines import lakeflow, source, transform
from orders_platform.lakehouse.pipelines.tables import KEPT, REJECTED, name_of
from orders_platform.lakehouse.silver import table as silver
from orders_platform.lakehouse.silver.parse import parsed
from orders_platform.lakehouse.silver.rules import judged
from orders_platform.lakehouse.table import Table

BRONZE, EVENTS, ORDERS = name_of(bronze.ORDER_EVENTS), name_of(silver.ORDER_EVENTS), name_of(silver.ORDERS)
PRODUCT_SALES = name_of(gold.PRODUCT_SALES)
JUDGED, SOUND = "judged_messages", "sound_messages"


def table(name: str) -> DataFrame:
    """A dataset as it stands."""
    return SparkSession.active().read.table(name)


def stream(name: str) -> DataFrame:
    """What a dataset gained."""
    return SparkSession.active().readStream.table(name)


def zone() -> str:
    """The shop's time zone, which decides an order's day."""
    return source.settings(SparkSession.active()).timezone


dp.create_streaming_table(BRONZE, comment=bronze.ORDER_EVENTS.one_row)
for road, messages in source.roads(SparkSession.active()).items():
    dp.append_flow(target=BRONZE, name=road)(messages)


@dp.temporary_view(name=JUDGED, comment="a message with what the rules say of it")
def judged_messages() -> DataFrame:
    """Bronze, parsed and judged as in a pass."""
    return judged(parsed(stream(BRONZE)))


@dp.temporary_view(name=SOUND, comment="a message that broke no rule")
@lakeflow.warn(transform.expectations("warn"))
@lakeflow.keep(transform.expectations("error"))
def sound_messages() -> DataFrame:
    """The rules as expectations."""
    return stream(JUDGED)


@dp.table(name=KEPT, comment="a message that broke no rule, repetitions among them")
def silver_messages() -> DataFrame:
    """Append-only; de-duplicated behind."""
    return transform.kept(stream(SOUND), zone())


@dp.table(name=REJECTED, comment="a message that broke a rule")
def silver_rejected() -> DataFrame:
    """The negation of the same expectations."""
    broken = f"NOT ({lakeflow.all_hold(transform.expectations('error'))})"
    return transform.rejected(stream(JUDGED).where(broken), zone())


lakeflow.top_of_each(EVENTS, KEPT, keys=("event_id",), by=("earliness",), comment=silver.ORDER_EVENTS.one_row)
lakeflow.top_of_each(ORDERS, KEPT, keys=("order_id",), by=("order_version", "earliness"), comment=silver.ORDERS.one_row)


@dp.materialized_view(name=name_of(silver.QUARANTINE), comment=silver.QUARANTINE.one_row)
def silver_quarantine() -> DataFrame:
    """What broke a rule, and what came with the id of another event."""
    conflicts = transform.conflicting(table(KEPT), table(EVENTS), table(BRONZE))
    return transform.one_a_position(table(REJECTED).unionByName(conflicts))


def of_all_orders(made: Table, of: figures.Figures) -> Callable[[], DataFrame]:
    """The same transform as a pass, over all that there is."""
    return lambda: of(table(ORDERS)).select(*made.column_names)


for view, made_by in {**figures.OF_DAYS, gold.SALES_BY_MINUTE: figures.sales_by_minute}.items():
    dp.materialized_view(name=name_of(view), comment=view.one_row)(of_all_orders(view, made_by))


@dp.materialized_view(name=name_of(gold.PRODUCT_PRICES), comment=gold.PRODUCT_PRICES.one_row)
def gold_product_prices() -> DataFrame:
    """The same transform as a pass, from the first day on."""
    days = figures.prices_of_days(table(PRODUCT_SALES))
    return figures.price_history(days).select(*gold.PRODUCT_PRICES.column_names)


@dp.materialized_view(name=name_of(gold.CANCELLATIONS), comment=gold.CANCELLATIONS.one_row)
def gold_cancellations() -> DataFrame:
    """The same transform as a pass; any sale may be named."""
    documents = figures.cancellations(table(ORDERS), transform.sales(table(ORDERS)))
    return documents.select(*gold.CANCELLATIONS.column_names)
