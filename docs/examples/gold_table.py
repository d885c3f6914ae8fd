"""A table of one's own out of silver, by plain Spark: sales by hour of the day. Made anew at each run, so it may run twice.

For a table that the platform itself fills, checks and shows in Dagster, see docs/en/extend.md.
"""

import os

from pyspark.sql import functions as F

from orders_platform.lakehouse.session import local_session

lake, zone = os.environ.get("ORDERS_LAKE", ".orders/lake"), os.environ.get("ORDERS_TIMEZONE", "UTC")
spark = local_session()  # on Databricks: SparkSession.builder.getOrCreate(), and tables by name

orders = spark.read.format("delta").load(f"{lake}/silver/orders").where("kind = 'sale'")
by_hour = orders.groupBy(F.hour(F.from_utc_timestamp("placed_at", zone)).alias("hour"), "currency").agg(
    F.count("*").alias("orders"), F.sum("total_minor").alias("gross_minor")
)
by_hour.write.format("delta").mode("overwrite").save(f"{lake}/mine/sales_by_hour")
print(f"{spark.read.format('delta').load(f'{lake}/mine/sales_by_hour').count()} hours with sales")
