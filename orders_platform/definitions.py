"""What Dagster loads: the assets, their jobs, what starts them and where they run. Composes only; needs nothing configured."""

import dagster as dg

from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.jobs import FULL_JOB, MAINTENANCE_JOB, NIGHTLY_MAINTENANCE, REBUILD_JOB
from orders_platform.orchestration.on_databricks import databricks_runner
from orders_platform.orchestration.sensors.switch import continuous_job, hub_backlog
from orders_platform.orchestration.sources import CONTROL_ROOM_PAGES, HUB_ORDERS, SQUAD_ORDERS

defs = dg.Definitions(
    assets=[SQUAD_ORDERS, HUB_ORDERS, lakehouse_tables, CONTROL_ROOM_PAGES],
    jobs=[FULL_JOB, REBUILD_JOB, MAINTENANCE_JOB],
    schedules=[NIGHTLY_MAINTENANCE],
    sensors=[hub_backlog, continuous_job],
    # also for single assets picked in the UI: one Spark session a run
    executor=dg.in_process_executor,
    resources={"runner": databricks_runner},
)
