"""Every table of the lakehouse as an asset; one step fills all that a run asks for, in one run of the job."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

import dagster as dg
from pydantic import Field

from orders_platform.errors import InputError
from orders_platform.lakehouse.quarantine.asked import Release
from orders_platform.lakehouse.work import Work
from orders_platform.orchestration.checks import HELD_BACK, check_specs, held_back_by
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.runner import PassRunner, TableEvent, asked_checks, asked_tables
from orders_platform.orchestration.specs import table_key, table_specs

# a lake takes one pass at a time; the pool makes the second one wait instead of being refused
LAKE_POOL: Final = "lake"


class PassConfig(dg.Config):
    """What a run of the tables can be told; nothing for an ordinary pass."""

    first_day: str = Field("", description="Make days of gold again, from this one on, like 2026-01-31; empty: fill what is new.")
    last_day: str = Field("", description="The last of those days, itself included.")
    replay: bool = Field(
        False, description="Fill bronze from the backup's days instead of the hub; no day named: from everything."
    )
    capture: str = Field(default="", description="Of a replay: Event Hubs Capture's files in place of the backup.")
    generation: str = Field(default="", description="Of the hub that Capture's files are of; empty: the hub as it is now.")
    release: str = Field(default="", description="Of `release_quarantine`: what is let back in, as JSON.")


@dg.multi_asset(specs=table_specs(), check_specs=check_specs(), can_subset=True, pool=LAKE_POOL)
def lakehouse_tables(
    context: dg.AssetExecutionContext, config: PassConfig, runner: dg.ResourceParam[PassRunner]
) -> Iterator[TableEvent]:
    """A pass: brings the asked tables up to the hub's tail, and shows each one as soon as it is done. Or days made again."""
    told: list[TableEvent] = []
    with as_failure(context.op_execution_context.retry_number):
        work = asked_work(context, config)
        for event in runner.run(context, work):
            told.append(event)
            yield event
    held_back = held_back_by(told, asked_tables(context)) if work.writes else ""
    if held_back:
        # so that the sensor does not start it again: bad data is no better the second time
        context.instance.add_run_tags(context.run.run_id, {HELD_BACK: "true"})
        raise dg.Failure(description=held_back, allow_retries=False)


def asked_work(context: dg.AssetExecutionContext, config: PassConfig) -> Work:
    """What a step asks of the lakehouse. Raises InputError for a day that is none."""
    # a check picked alone in the UI asks for its table, too: it looks at what the table's part of a pass did
    keys = asked_tables(context) | {check.asset_key for check in asked_checks(context)}
    work = Work(tables=tuple(sorted(table_key(key) for key in keys)), pass_id=pass_id(context.op_execution_context))
    by_hand = f"Dagster run {context.run.run_id}"
    if config.release:
        return replace(work, mode="release", release=Release.from_json(config.release), asked_by=by_hand)
    days = replace(work, first_day=asked_day(config.first_day), last_day=asked_day(config.last_day))
    if config.replay:
        return replace(days, mode="replay", capture=config.capture, generation=config.generation, asked_by=by_hand)
    return replace(days, mode="rebuild", asked_by=by_hand) if config.first_day or config.last_day else work


def asked_day(text: str) -> date | None:
    """A day that a run is told; None where it is told none. Raises InputError for one that is none."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as fault:
        raise InputError(f"{text} is no day like 2026-01-31") from fault


def pass_id(context: dg.OpExecutionContext) -> str:
    """The run's id, so that the ledger leads to the run's page; a retry has its number behind it."""
    return f"{context.run.run_id}-{context.retry_number}" if context.retry_number else context.run.run_id
