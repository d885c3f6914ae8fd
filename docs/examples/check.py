"""A check of one's own on an asset of the platform: `dagster dev -f docs/examples/check.py` shows it there."""

import os
from datetime import UTC, datetime, timedelta

import dagster as dg
from deltalake import DeltaTable, QueryBuilder

from orders_platform import definitions


@dg.asset_check(asset=dg.AssetKey(["gold", "daily_sales"]), description="No order is dated later than tomorrow.")
def no_day_ahead() -> dg.AssetCheckResult:
    """Reads the table itself, so it needs neither Spark nor a run of the platform."""
    table = DeltaTable(f"{os.environ.get('ORDERS_LAKE', '.orders/lake')}/gold/daily_sales")
    newest = QueryBuilder().register("t", table).execute("select max(order_date) from t").read_all().column(0).to_pylist()[0]
    ahead = newest is not None and newest > datetime.now(UTC).date() + timedelta(days=1)
    return dg.AssetCheckResult(passed=not ahead, metadata={"newest_day": str(newest)})


defs = dg.Definitions.merge(definitions.defs, dg.Definitions(asset_checks=[no_day_ahead]))
