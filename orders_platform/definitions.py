"""What Dagster loads: the assets, their jobs, what starts them and where they run. Composes only; needs nothing configured."""

import dagster as dg

from orders_platform.orchestration.alerting.sensor import ALERTING_SENSOR
from orders_platform.orchestration.assets import lakehouse_tables
from orders_platform.orchestration.backup import BACKUP_JOB, BACKUP_SCHEDULES, CHECK_JOB, backup_order_events
from orders_platform.orchestration.executor import chosen
from orders_platform.orchestration.hub_bodies.checks import same_as_hub
from orders_platform.orchestration.jobs import (
    FULL_JOB,
    MAINTENANCE_JOB,
    NIGHTLY_MAINTENANCE,
    REBUILD_JOB,
    RELEASE_JOB,
    REPLAY_JOB,
)
from orders_platform.orchestration.on_databricks import databricks_runner
from orders_platform.orchestration.pipeline import pipeline_tables
from orders_platform.orchestration.sensors.switch import continuous_job, hub_backlog, ledger_entries
from orders_platform.orchestration.sources import CONTROL_ROOM_PAGES, HUB_ORDERS
from orders_platform.orchestration.squad.assets import SQUAD_ORDERS, SQUAD_OUTBOX
from orders_platform.orchestration.squad.checks import orders_reconciliation, outbox_lag
from orders_platform.orchestration.squad.jobs import NIGHTLY_RECONCILIATION, OUTBOX_WATCH, RECONCILIATION_JOB
from orders_platform.orchestration.trends.checks import usual_day
from orders_platform.settings import let_libraries_reach_this_machine

# a Dagster that our command line did not start reaches this machine's jobs service without a proxy, too
let_libraries_reach_this_machine()

defs = dg.Definitions(
    assets=[
        SQUAD_ORDERS,
        SQUAD_OUTBOX,
        HUB_ORDERS,
        backup_order_events,
        chosen(lakehouse_tables, pipeline_tables),
        CONTROL_ROOM_PAGES,
    ],
    asset_checks=[outbox_lag, *chosen([orders_reconciliation, usual_day, same_as_hub], [])],
    jobs=[
        FULL_JOB,
        BACKUP_JOB,
        CHECK_JOB,
        RECONCILIATION_JOB,
        *chosen([REBUILD_JOB, REPLAY_JOB, RELEASE_JOB], []),
        *chosen([MAINTENANCE_JOB], []),
    ],
    schedules=[*chosen([NIGHTLY_MAINTENANCE, NIGHTLY_RECONCILIATION], []), *BACKUP_SCHEDULES, OUTBOX_WATCH],
    sensors=[hub_backlog, continuous_job, *chosen([ledger_entries], []), ALERTING_SENSOR],
    # also for single assets picked in the UI: one Spark session a run
    executor=dg.in_process_executor,
    resources={"runner": databricks_runner},
)
