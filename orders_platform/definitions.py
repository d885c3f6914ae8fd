"""What Dagster loads: the assets, their job and where passes run. Composes only; needs nothing configured."""

import dagster as dg

from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.jobs import FULL_JOB
from orders_platform.orchestration.runner import InProcessRunner
from orders_platform.orchestration.sources import HUB_ORDERS, SQUAD_ORDERS

defs = dg.Definitions(
    assets=[SQUAD_ORDERS, HUB_ORDERS, lakehouse_tables],
    jobs=[FULL_JOB],
    # also for single assets picked in the UI: one Spark session a run
    executor=dg.in_process_executor,
    resources={"runner": InProcessRunner()},
)
