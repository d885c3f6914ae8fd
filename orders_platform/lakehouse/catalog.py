"""All tables, in the order in which a pass fills them."""

from orders_platform.lakehouse.bronze import table as bronze
from orders_platform.lakehouse.gold import table as gold
from orders_platform.lakehouse.silver import table as silver
from orders_platform.lakehouse.table import Table

TABLES: tuple[Table, ...] = (
    bronze.ORDER_EVENTS,
    silver.QUARANTINE,
    silver.ORDER_EVENTS,
    gold.DAILY_SALES,
    gold.SALES_BY_MINUTE,
    silver.ORDERS,
    gold.PRODUCT_SALES,
    gold.PRODUCT_PRICES,
    gold.CANCELLATIONS,
)
# those of which a range of days can be made again, a table behind the one that it is made from
REBUILDABLE = tuple(table.key for table in TABLES if table.layer == "gold" and table is not gold.CANCELLATIONS)
BY_KEY = {table.key: table for table in TABLES}
