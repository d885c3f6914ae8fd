"""A look at the hub's backlog: starts a pass when the hub has what bronze has not, one at a time."""

from datetime import UTC, datetime
from typing import Final

import dagster as dg
from databricks.sdk import WorkspaceClient

from orders_platform.hub.tails import tails
from orders_platform.orchestration.databricks.continuous_job import give_way
from orders_platform.orchestration.databricks.our_runs import OurRuns
from orders_platform.orchestration.records import committed_positions, is_over, last_pass, writer_at_work
from orders_platform.orchestration.sensors.backlog import Backlog, Cursor, backlog, decide
from orders_platform.settings import HubSettings, Settings
from orders_platform.workspace import BRIEF_SECONDS, workspace, workspace_faults

# A tick is cut off after 60 s, and goes on in the dark beside the next one: ours ends long before, three outages included.
_HUB_SECONDS: Final = 10.0


def start_if_behind(instance: dg.DagsterInstance, settings: Settings, cursor_text: str | None) -> dg.SensorResult:
    """One look. Raises PlatformError where hub or workspace do not answer in time."""
    at_work = writer_at_work(instance)
    if at_work:
        return dg.SensorResult(skip_reason=f"run {at_work} is at work; what comes meanwhile is the next pass's")
    with workspace_faults():
        client = workspace(BRIEF_SECONDS)
    left = _left_behind(client, settings, instance)
    if left:
        return dg.SensorResult(skip_reason=f"Databricks run {left} had outlived its Dagster run, and is being cancelled")
    now = datetime.now(UTC)
    seen = look(settings.need_hub(), instance)
    decision = decide(seen, last_pass(instance), Cursor.parse(cursor_text), now, is_open=settings.trading.is_open(now))
    if decision.run_key is None:
        return dg.SensorResult(skip_reason=decision.reason, cursor=decision.cursor.text())
    waits = _other_writer(client, settings)
    if waits:
        return dg.SensorResult(skip_reason=waits)
    request = dg.RunRequest(run_key=decision.run_key, tags={"orders_platform/reason": decision.reason})
    return dg.SensorResult(run_requests=[request], cursor=decision.cursor.text())


def _other_writer(client: WorkspaceClient, settings: Settings) -> str:
    """The job of the other mode, where it has not come to rest; asked for only before a pass."""
    with workspace_faults():
        return give_way(client, settings)


def look(hub: HubSettings, instance: dg.DagsterInstance) -> Backlog:
    """The hub beside bronze, now. Raises HubError where the hub does not answer in time."""
    found = tails(hub, deadline_seconds=_HUB_SECONDS)
    ends = {name: (tail.begin, tail.next) for name, tail in found.partitions.items()}
    return backlog(found.generation, ends, committed_positions(instance))


def _left_behind(client: WorkspaceClient, settings: Settings, instance: dg.DagsterInstance) -> str:
    """Numbers of Databricks runs that had outlived their Dagster runs."""
    with workspace_faults():
        found = OurRuns(client, settings).cancel(lambda run_id: is_over(instance, run_id))
    return ", ".join(str(number) for number in found)
