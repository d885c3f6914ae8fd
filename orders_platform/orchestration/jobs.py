"""What can be started: a pass over every table."""

from typing import Final

import dagster as dg

JOB_NAME: Final = "full_pass"
FULL_JOB = dg.define_asset_job(
    JOB_NAME,
    selection=dg.AssetSelection.groups("bronze", "silver", "gold"),
    description="Bring every table up to the hub's tail: bronze, then silver, then gold.",
    # all in the run's own process: another one would start another JVM
    executor_def=dg.in_process_executor,
)
