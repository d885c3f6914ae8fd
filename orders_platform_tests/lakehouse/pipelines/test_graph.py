"""The pipeline's graph, without a JVM: what is made from what, by the one list of rules, here and on Databricks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark import pipelines as dp
from pyspark.pipelines.output import MaterializedView, StreamingTable, TemporaryView
from pyspark.sql.connect.session import SparkSession

from orders_platform.contracts.rules import RULES
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.gold.table import PRODUCT_PRICES
from orders_platform.lakehouse.pipelines.tables import NAMES, name_of
from orders_platform_tests.lakehouse.pipelines.graph import HUB, NoSpark, load

Query = Callable[[], object]


@pytest.fixture(autouse=True)
def spark_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a client of Spark has it; nothing answers."""
    for name, value in {**HUB, "SPARK_CONNECT_MODE_ENABLED": "1"}.items():
        monkeypatch.setenv(name, value)
    session = NoSpark({"orders.generation": "orders-1"})
    monkeypatch.setattr(SparkSession, "getActiveSession", classmethod(lambda _: session))


def test_every_table_of_the_passes_is_made() -> None:
    outputs = load()[0].outputs

    assert {name_of(table) for table in TABLES} < set(outputs)
    assert set(NAMES) == {name for name, output in outputs.items() if not isinstance(output, TemporaryView)}


def test_what_may_be_streamed_is_append_only_and_the_rest_is_made_anew() -> None:
    outputs = load()[0].outputs

    streamed = {name for name, output in outputs.items() if isinstance(output, StreamingTable)}
    assert streamed == {"bronze_order_events", "silver_messages", "silver_rejected"}
    assert {name for name, output in outputs.items() if isinstance(output, MaterializedView)} == set(NAMES) - streamed


def test_each_dataset_is_made_from_those_before_it() -> None:
    assert load()[0].edges == {
        "from_hub": set(),
        "judged_messages": {"bronze_order_events"},
        "sound_messages": {"judged_messages"},
        "silver_messages": {"sound_messages"},
        "silver_rejected": {"judged_messages"},
        "silver_order_events": {"silver_messages"},
        "silver_orders": {"silver_messages"},
        "silver_quarantine": {"silver_rejected", "silver_messages", "silver_order_events", "bronze_order_events"},
        "gold_product_prices": {"gold_product_sales"},
        **{name_of(table): {"silver_orders"} for table in TABLES if table.layer == "gold" and table is not PRODUCT_PRICES},
    }


def test_no_operator_cuts_an_edge() -> None:
    """The shared transforms keep to what Spark does not look into before a run, else a table stays a run behind in silence."""
    assert load()[0].cut == set()


@pytest.mark.parametrize(
    ("tail", "operator"),
    [
        ('.withColumn("a", F.lit(1))', "with_columns"),
        ('.drop("value")', "drop"),
        ('.dropDuplicates(["a"])', "deduplicate"),
        ('.withWatermark("t", "1 day")', "with_watermark"),
        (".fillna(0)", "fill_na"),
    ],
)
def test_an_operator_that_cuts_an_edge_would_be_seen(tail: str, operator: str, tmp_path: Path) -> None:
    definition = tmp_path / "cutting.py"
    definition.write_text(
        "from pyspark import pipelines as dp\nfrom pyspark.sql import SparkSession, functions as F\n"
        f"@dp.table\ndef outside():\n    return SparkSession.active().readStream.format('rate').load(){tail}\n"
        f"@dp.table\ndef inside():\n    return SparkSession.active().readStream.table('outside').select('*'){tail}.select('*')\n"
    )

    assert load(definition)[0].cut == {("inside", operator, "outside")}


def test_no_table_names_a_format() -> None:
    """With `delta` the second run refuses its own table."""
    assert {name for name, output in load()[0].outputs.items() if getattr(output, "format", None)} == set()


def test_settings_say_by_which_roads_bronze_is_filled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORDERS_BACKUP", str(tmp_path))
    monkeypatch.setenv("ORDERS_ROADS", "both")

    graph = load()[0]

    assert {name for name, flow in graph.flows.items() if flow.target == "bronze_order_events"} == {"from_hub", "from_backup"}
    assert graph.formats == {"from_hub": "kafka", "from_backup": "parquet"}


def test_databricks_counts_by_expectations_merges_by_auto_cdc_and_reads_by_auto_loader(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The same file where there are such; the rules are those of the passes, each by its name."""
    dropping, counting = _expectations(monkeypatch, "expect_all_or_drop"), _expectations(monkeypatch, "expect_all")
    monkeypatch.setenv("ORDERS_BACKUP", str(tmp_path))
    monkeypatch.setenv("ORDERS_ROADS", "both")

    graph = load()[0]

    judged = [rule for rule in RULES if rule.expression]
    assert [set(rules) for rules in dropping] == [{rule.name for rule in judged if rule.severity == "error"}]
    assert [set(rules) for rules in counting] == [{rule.name for rule in judged if rule.severity == "warn"}]
    assert set(graph.merges) == {"silver_order_events", "silver_orders"}
    assert {type(graph.outputs[name]) for name in graph.merges} == {StreamingTable}
    assert graph.formats["from_backup"] == "cloudFiles"
    assert graph.cut == set()


def _expectations(monkeypatch: pytest.MonkeyPatch, name: str) -> list[dict[str, str]]:
    """Let the module have a decorator that Databricks alone has; the rules that it is given."""
    seen: list[dict[str, str]] = []

    def decorator(rules: dict[str, str]) -> Callable[[Query], Query]:
        seen.append(rules)
        return lambda query: query

    monkeypatch.setattr(dp, name, decorator, raising=False)
    return seen
