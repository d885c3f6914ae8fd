"""An update of the pipeline as a step of Dagster's: what its events tell becomes materializations and answers to checks."""

from collections.abc import Iterator

import dagster as dg

from orders_platform.hub.tails import tails
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS as BRONZE
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.checks import EXPECTATIONS
from orders_platform.lakehouse.pipelines.tables import ROADS, name_of
from orders_platform.lakehouse.report import Positions
from orders_platform.lakehouse.table import Table
from orders_platform.orchestration.checks import check_key
from orders_platform.orchestration.databricks.pipeline_story import COMPLETED, Flow, Story
from orders_platform.orchestration.databricks.pipeline_update import start
from orders_platform.orchestration.metadata import MetadataValues
from orders_platform.orchestration.runner import Context, TableEvent, asked_checks, asked_tables
from orders_platform.orchestration.specs import asset_key
from orders_platform.settings import Settings
from orders_platform.workspace import workspace, workspace_faults


def updated(context: Context, *, full_refresh: bool) -> Iterator[TableEvent]:
    """Update the pipeline, and show what was asked for when it has ended. Raises PlatformError, after all that went well."""
    settings = Settings.load()
    with workspace_faults():
        # the hub before the update: what comes later, that one may or may not have
        pipeline, reached = settings.executor.need_pipeline(), _tails(settings)
        update = start(workspace(), pipeline, context.log.info, full_refresh=full_refresh)
        context.log.info("update %s: %s", update.update_id, update.page)
        story = update.followed(context.log.info)
    yield from _asked(context, story, _about(update.update_id, update.page), reached)
    update.need_success(story)


def _tails(settings: Settings) -> Positions:
    """What the hub holds now; nothing where the backup's files alone are read."""
    if not settings.backup.takes_hub:
        return {}
    hub = tails(settings.need_hub())
    return {hub.generation: {name: tail.next for name, tail in hub.partitions.items()}}


def _about(update_id: str, page: str) -> MetadataValues:
    return {"databricks_update_id": dg.MetadataValue.text(update_id), "databricks_update": dg.MetadataValue.url(page)}


def _asked(context: Context, story: Story, about: MetadataValues, reached: Positions) -> Iterator[TableEvent]:
    """The asked tables that are done, in the order of a pass, and answers to the asked checks."""
    for table in TABLES:
        flows = _flows(story, table)
        # of an update that went well, each table is, whatever was or was not told of it
        is_done = story.state == COMPLETED or (bool(flows) and all(flow.is_done for flow in flows))
        if is_done and asset_key(table.key) in asked_tables(context):
            told = about | (_metadata(flows) if flows else {})
            if table is BRONZE:
                told["positions_to"] = dg.MetadataValue.json(reached)
            yield dg.MaterializeResult(asset_key=asset_key(table.key), metadata=told)
    yield from _answers(context, story, about)


def _flows(story: Story, table: Table) -> list[Flow]:
    """Bronze has a flow a road, and none of them is named like it."""
    roads = [flow for name, flow in story.flows.items() if name in ROADS] if table is BRONZE else []
    return story.dataset(name_of(table)) + [flow for flow in roads if flow.dataset in ROADS]


def _metadata(flows: list[Flow]) -> MetadataValues:
    ended = max(flow.ended for flow in flows)
    return {
        "rows_written": dg.MetadataValue.int(sum(flow.rows for flow in flows)),
        "seconds": dg.MetadataValue.float((ended - min(flow.began for flow in flows)).total_seconds()),
        "finished_at": dg.MetadataValue.timestamp(ended.timestamp()),
    }


def _answers(context: Context, story: Story, about: MetadataValues) -> Iterator[dg.AssetCheckResult]:
    """An update with nothing new counts nothing, and breaks no rule; one that failed before it judged answers nothing."""
    for check in EXPECTATIONS:
        counted = story.expectations.get(check.name)
        if check_key(check) in asked_checks(context) and (counted or story.state == COMPLETED):
            failed, passed = (counted.failed, counted.passed) if counted else (0, 0)
            yield dg.AssetCheckResult(
                asset_key=asset_key(check.table),
                check_name=check.name,
                passed=not failed,
                severity=dg.AssetCheckSeverity.WARN,
                metadata=about | {"messages": dg.MetadataValue.int(failed), "passed": dg.MetadataValue.int(passed)},
            )
