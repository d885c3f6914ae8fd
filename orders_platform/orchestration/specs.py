"""What Dagster shows of every table, out of the catalog: key, group, kinds, owners, columns, what it is made from."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import dagster as dg

from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.table import Column, Table
from orders_platform.orchestration.code import code_metadata
from orders_platform.orchestration.freshness import freshness_policy
from orders_platform.settings import Settings

HUB = dg.AssetKey(["hub", "orders"])
SQUAD = dg.AssetKey(["squad", "orders"])
OUTBOX = dg.AssetKey(["squad", "outbox"])
CONTROL_ROOM = dg.AssetKey(["serving", "control_room"])
PLATFORM_TEAM = "team:data-engineering"
SQUAD_TEAM = "team:orders-squad"


def asset_key(table_key: str) -> dg.AssetKey:
    """Key of the asset that a user or the ledger names `layer.table`."""
    return dg.AssetKey(table_key.split("."))


def table_key(key: dg.AssetKey) -> str:
    """The reverse of `asset_key`."""
    return ".".join(key.path)


def table_specs() -> list[dg.AssetSpec]:
    """One asset a table, in the order of a pass. Raises SettingsError where settings are wrong; none need to be made."""
    settings = Settings.load()
    return [table_spec(table, settings) for table in TABLES]


def table_spec(table: Table, settings: Settings) -> dg.AssetSpec:
    """A table as an asset: all that is known before anything runs."""
    return dg.AssetSpec(
        key=asset_key(table.key),
        deps=[asset_key(source) for source in table.made_from],
        description=_description(table),
        group_name=table.layer,
        kinds={"deltalake", "spark", table.layer},
        owners=[PLATFORM_TEAM],
        tags={"domain": "orders", "layer": table.layer},
        metadata={
            "dagster/column_schema": column_schema(table),
            "dagster/column_lineage": column_lineage(table),
            "dagster/table_name": table.key,
            **(code_metadata(table.key) if settings.environment == "local" else {}),
        },
        freshness_policy=freshness_policy(table.key, settings.trading),
        skippable=True,
    )


def column_schema(table: Table) -> dg.TableSchema:
    """The table's columns as Dagster's column block shows them."""
    alone = table.unique_by[0] if len(table.unique_by) == 1 else None
    return dg.TableSchema(columns=[_column(table, column, unique=column.name == alone) for column in table.columns])


def column_lineage(table: Table) -> dg.TableColumnLineage:
    """Which columns of the table before it each one is worked out from; those that are the platform's own are left out.

    Dagster draws it in its paid edition alone; in the open one people read it in the columns' descriptions.
    """
    lineage = {column.name: table.lineage(column) for column in table.columns}
    return dg.TableColumnLineage(
        {
            name: [dg.TableColumnDep(asset_key=asset_key(source), column_name=column) for source, column in sources]
            for name, sources in lineage.items()
            if sources
        }
    )


def _column(table: Table, column: Column, *, unique: bool) -> dg.TableColumn:
    return dg.TableColumn(
        name=column.name,
        type=column.type,
        description="; from ".join((column.meaning, *_sources(table, column))),
        constraints=dg.TableColumnConstraints(nullable=column.nullable, unique=unique),
    )


def _sources(table: Table, column: Column) -> Iterator[str]:
    """What a column is worked out from, like `silver.order_events.kind, total_minor`."""
    for source, columns in groupby(table.lineage(column), key=itemgetter(0)):
        yield f"{source}.{', '.join(name for _, name in columns)}"


def _description(table: Table) -> str:
    # lists show the first line without rendering it: keep it plain
    one_row = f"One row is {table.one_row}."
    sources = ", ".join(f"`{source}`" for source in table.made_from)
    return f"{one_row}\n\nUnique by `{', '.join(table.unique_by)}`. Made from {sources}."
