"""The newest days of gold out of the lake's folder, without Spark or a JVM. On Databricks ask a SQL warehouse the same."""

import os

from deltalake import DeltaTable, QueryBuilder

QUERY = """
select order_date, currency, sum(orders) as orders, sum(net_minor) as net_minor
from daily_sales group by order_date, currency order by order_date desc, currency limit 7
"""

lake = os.environ.get("ORDERS_LAKE", ".orders/lake")
daily_sales = DeltaTable(f"{lake}/gold/daily_sales")  # as of now; DeltaTable(..., version=3) as it was
found = QueryBuilder().register("daily_sales", daily_sales).execute(QUERY).read_all()
for row in zip(*(found.column(number).to_pylist() for number in range(found.num_columns)), strict=True):
    day, currency, orders, net_minor = row
    print(f"{day} {orders} orders, {net_minor / 100:.2f} {currency}")  # minor units: two decimals for most currencies
