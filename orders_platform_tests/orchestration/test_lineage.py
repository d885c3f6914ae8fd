"""What the columns are worked out from, and where the code of a table is."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orders_platform.definitions import defs
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.orchestration.code import FILLS, code_metadata
from orders_platform.orchestration.specs import asset_key, table_spec
from orders_platform.settings import Settings

KNOWN = {("hub.orders", name) for name in HUB_COLUMNS} | {(table.key, name) for table in TABLES for name in table.column_names}
# values that no event brought
OWN = {
    ("bronze.order_events", "generation"),
    ("bronze.order_events", "road"),
    ("bronze.order_events", "ingested_at"),
    ("silver.quarantine", "attempt"),
    ("silver.quarantine", "quarantined_at"),
    ("silver.quarantine", "released_at"),
}


def sources(table: str, column: str) -> list[tuple[str, str]]:
    found = next(each for each in BY_KEY[table].columns if each.name == column)
    return list(BY_KEY[table].lineage(found))


def origins(table: str, column: str) -> Iterator[tuple[str, str]]:
    """Where a column's value comes from in the end."""
    if table not in BY_KEY or not sources(table, column):
        yield table, column
        return
    for source in sources(table, column):
        yield from origins(*source)


def test_every_column_comes_from_columns_that_there_are() -> None:
    named = {source for table in TABLES for column in table.columns for source in table.lineage(column)}

    assert named - KNOWN == set()


def test_only_the_declared_columns_come_from_nowhere() -> None:
    alone = {(table.key, column.name) for table in TABLES for column in table.columns if not table.lineage(column)}

    assert alone == OWN


@pytest.mark.parametrize("table", [table.key for table in TABLES if table.layer == "gold"])
def test_lineage_leads_from_gold_back_to_the_hub(table: str) -> None:
    found = {column: set(origins(table, column)) for column in BY_KEY[table].column_names}

    assert {column for column, ends in found.items() if ends != {("hub.orders", "value")}} == set()


def test_a_price_comes_from_the_lines_of_the_days_sales() -> None:
    assert sources("gold.product_prices", "unit_price_minor") == [("gold.product_sales", "price_minor")]
    assert ("silver.order_events", "lines") in sources("gold.product_sales", "price_minor")
    assert sources("silver.order_events", "lines") == [("bronze.order_events", "value")]


def test_dagster_shows_the_lineage_by_keys_of_several_parts() -> None:
    """One segment with a slash in it would be another asset."""
    metadata = {spec.key: spec.metadata for spec in defs.resolve_all_asset_specs()}

    shown = metadata[asset_key("gold.sales_by_minute")]["dagster/column_lineage"].deps_by_column

    assert shown["minute"] == [dg.TableColumnDep(dg.AssetKey(["silver", "order_events"]), "occurred_at")]
    assert "ingested_at" not in metadata[asset_key("bronze.order_events")]["dagster/column_lineage"].deps_by_column


def test_each_column_says_in_words_what_it_is_worked_out_from() -> None:
    """Open-source Dagster shows nobody the lineage itself."""
    shown = {
        table: {
            column.name: column.description
            for column in table_spec(BY_KEY[table], Settings.from_env({})).metadata["dagster/column_schema"].columns
        }
        for table in ("gold.daily_sales", "gold.product_prices", "silver.order_events", "bronze.order_events")
    }

    assert shown["gold.daily_sales"]["net_minor"] == "gross - cancelled; from silver.order_events.total_minor"
    assert shown["gold.daily_sales"]["gross_minor"] == "Sales, minor units; from silver.order_events.kind, total_minor"
    assert shown["gold.product_prices"]["valid_from"] == (
        "First day at this price; from gold.product_sales.order_date, price_minor"
    )
    assert shown["silver.order_events"]["event_id"] == "UUIDv5 of order id and version; from bronze.order_events.value"
    bronze = BY_KEY["bronze.order_events"]
    own = {column.name: column.meaning for column in bronze.columns if (bronze.key, column.name) in OWN}
    assert own.items() <= shown[bronze.key].items()


def test_code_link_leads_to_the_function_that_fills_the_table() -> None:
    assert set(FILLS) == set(BY_KEY)
    for table, (module, function) in FILLS.items():
        found = code_metadata(table)["dagster/code_references"]
        assert isinstance(found, dg.CodeReferencesMetadataValue)
        [reference] = found.code_references
        assert isinstance(reference, dg.LocalFileCodeReference)
        assert reference.line_number
        assert Path(reference.file_path).as_posix().endswith(module)
        assert Path(reference.file_path).read_text().splitlines()[reference.line_number - 1].startswith(f"def {function}(")


def test_code_links_are_for_who_has_the_files() -> None:
    """Where Dagster is deployed they would lead into somebody else's file system."""
    table = BY_KEY["silver.orders"]

    shown = {name: table_spec(table, Settings.from_env({"ORDERS_ENVIRONMENT": name})).metadata for name in ("local", "prod")}

    assert ["dagster/code_references" in metadata for metadata in shown.values()] == [True, False]
