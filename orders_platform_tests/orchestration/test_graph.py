"""The asset graph as users see it: keys, deps, checks, and what stands beside them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import dagster as dg

from orders_platform.definitions import defs
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.orchestration.specs import HUB, OUTBOX, SQUAD, asset_key, table_key

SNAPSHOT = Path(__file__).with_name("graph.txt")
REPOSITORY = Path(__file__).parents[2]


def test_graph_is_the_agreed_one() -> None:
    """A change of keys, deps, groups or checks is a change of what users see: edit graph.txt along with it."""
    assert _drawn(defs) == SNAPSHOT.read_text()


def test_every_table_of_the_catalog_is_an_asset_with_its_columns() -> None:
    """The column block of the asset page comes from the catalog, before anything has run."""
    for table in TABLES:
        schema = _spec(asset_key(table.key)).metadata["dagster/column_schema"]

        assert [(c.name, c.type) for c in schema.columns] == [(c.name, c.type) for c in table.columns]
        assert [c.constraints.nullable for c in schema.columns] == [c.nullable for c in table.columns]


def test_only_a_column_that_identifies_a_row_alone_is_called_unique() -> None:
    """Of a key of three columns none is unique by itself."""
    unique = {table: [c.name for c in _columns(table) if c.constraints.unique] for table in ("silver.orders", "gold.daily_sales")}

    assert unique == {"silver.orders": ["order_id"], "gold.daily_sales": []}


def test_every_asset_says_what_it_is_and_whose() -> None:
    """A description whose first line is plain text, an owner, kinds and a group."""
    for key in (HUB, OUTBOX, SQUAD, *(asset_key(table.key) for table in TABLES)):
        spec = _spec(key)

        assert spec.description
        assert "`" not in spec.description.splitlines()[0]
        assert spec.owners
        assert spec.kinds
        assert spec.group_name


def test_table_keys_and_asset_keys_are_one_to_one() -> None:
    """`gold.daily_sales` and gold/daily_sales name the same table."""
    assert [table_key(asset_key(key)) for key in BY_KEY] == list(BY_KEY)


def test_importing_the_definitions_needs_nothing_configured_and_loads_nothing_heavy() -> None:
    """`dagster dev` of a newcomer loads: no variable is set, and neither Spark nor the Azure SDK is imported."""
    code = "import sys, orders_platform.definitions;print(sorted({'pyspark', 'azure', 'deltalake', 'duckdb'} & set(sys.modules)))"

    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, cwd=REPOSITORY, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")


def _drawn(definitions: dg.Definitions) -> str:
    graph = definitions.resolve_asset_graph()
    return "".join(_node(graph, key) for key in sorted(graph.get_all_asset_keys()))


def _node(graph: Any, key: dg.AssetKey) -> str:
    """`graph` is of a type that Dagster does not export."""
    node = graph.get(key)
    checks = sorted((graph.get(check).blocking, check.name) for check in node.check_keys)
    kinds, owners = (",".join(sorted(words)) for words in (node.kinds, node.owners))
    lines = [
        f"{key.to_user_string()}  group={node.group_name} kinds={kinds} owners={owners}",
        *(f"  from {parent.to_user_string()}" for parent in sorted(node.parent_keys)),
        *(f"  check {name}{' (blocking)' if blocking else ''}" for blocking, name in checks),
    ]
    return "\n".join(lines) + "\n"


def _spec(key: dg.AssetKey) -> dg.AssetSpec:
    return next(spec for spec in defs.resolve_all_asset_specs() if spec.key == key)


def _columns(table: str) -> list[dg.TableColumn]:
    columns: list[dg.TableColumn] = _spec(asset_key(table)).metadata["dagster/column_schema"].columns
    return columns
