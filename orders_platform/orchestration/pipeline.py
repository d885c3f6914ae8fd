"""The tables by an update of the declarative pipeline: the same assets as by a pass, and its rules as their checks."""

from collections.abc import Iterator
from typing import Final

import dagster as dg
from pydantic import Field

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.checks import EXPECTATIONS
from orders_platform.lakehouse.pipelines.tables import name_of
from orders_platform.orchestration.assets import LAKE_POOL
from orders_platform.orchestration.checks import check_spec
from orders_platform.orchestration.faults import as_failure
from orders_platform.orchestration.runner import TableEvent
from orders_platform.orchestration.specs import table_spec
from orders_platform.settings import Settings

_SCHEMA: Final = "pipeline"


class UpdateConfig(dg.Config):
    """What a run can be told; nothing for an ordinary update."""

    full_refresh: bool = Field(False, description="Empty all tables, and start at the oldest message that the hub has.")


def _specs() -> list[dg.AssetSpec]:
    """As of a pass, but for where the table is."""
    settings = Settings.load()
    names = {table: {"dagster/table_name": f"{_SCHEMA}.{name_of(table)}"} for table in TABLES}
    return [table_spec(table, settings).merge_attributes(metadata=name) for table, name in names.items()]


@dg.multi_asset(specs=_specs(), check_specs=[check_spec(check) for check in EXPECTATIONS], can_subset=True, pool=LAKE_POOL)
def pipeline_tables(context: dg.AssetExecutionContext, config: UpdateConfig) -> Iterator[TableEvent]:
    """One update, which makes all tables whatever is asked for; those that are asked for are shown when it has ended."""
    from orders_platform.orchestration.databricks.updating import updated  # noqa: PLC0415  loads the SDKs: 3 s

    with as_failure(context.op_execution_context.retry_number):
        yield from updated(context, full_refresh=config.full_refresh)
