"""The shop's time zone as the Java behind Spark knows it: its data may be older than Python's, or newer."""

from pyspark.errors import ParseException
from pyspark.sql import SparkSession

from orders_platform.zone_settings import unknown_to


def need_time_zone(spark: SparkSession, name: str) -> None:
    """Raise SettingsError where Spark does not know the zone: told here, not by the first query that works out a day."""
    if not _knows(spark, name):
        raise unknown_to("Java", name, lambda zone: _knows(spark, zone))


def _knows(spark: SparkSession, name: str) -> bool:
    """By a literal, which is read without a query."""
    try:
        # over Spark Connect a text is read when its columns are asked for
        return bool(spark.sql(f"SELECT TIMESTAMP '2000-01-01 00:00:00 {name}'").columns)
    except ParseException:
        return False
