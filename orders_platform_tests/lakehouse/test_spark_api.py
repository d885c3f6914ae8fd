"""The lakehouse keeps to what Spark 4.0 has, so that Databricks Runtime 17.3 LTS runs it; here a newer Spark is installed."""

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyspark.sql as spark
import pyspark.sql.functions as F
import pytest
from pyspark.sql.streaming import query, readwriter

NEWEST = (4, 0)
LAKEHOUSE = Path(__file__).parents[2] / "orders_platform" / "lakehouse"
# The session of a laptop: no cluster uses it.
OURS_ALONE = {"session.py", "java.py", "spark_jars.py", "jar_resolver.py"}
CLASSES = (
    spark.Column, spark.DataFrame, spark.DataFrameReader, spark.DataFrameWriter, spark.GroupedData, spark.SparkSession,
    spark.Window, readwriter.DataStreamReader, readwriter.DataStreamWriter, query.StreamingQuery, query.StreamingQueryManager,
)  # fmt: skip


def test_nothing_is_used_that_came_after_spark_4_0() -> None:
    """By the `versionadded` of Spark's own documentation, for methods, functions, and functions inside SQL text."""
    since = _first_versions()

    too_new = {
        f"{path.name}: {name}" for path in _modules() for name in _used(path.read_text()) if since.get(name, NEWEST) > NEWEST
    }

    assert too_new == set()


@pytest.mark.parametrize("text", ["rows.zipWithIndex()", 'F.expr("time_diff(a, b)")', "F.kll_sketch_agg_bigint(x)"])
def test_what_came_later_would_be_seen(text: str) -> None:
    since = _first_versions()

    assert any(since.get(name, NEWEST) > NEWEST for name in _used(text))


def _modules() -> list[Path]:
    return [path for path in LAKEHOUSE.rglob("*.py") if path.name not in OURS_ALONE]


def _used(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"\b([a-z_]+)\(", node.value)


def _first_versions() -> dict[str, tuple[int, int]]:
    """The version in which each public name first came, whichever class has it."""
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for owner in (*CLASSES, F):
        for name, member in inspect.getmembers(owner):
            said = re.search(r"versionadded:: (\d+)\.(\d+)", inspect.getdoc(member) or "")
            if not name.startswith("_") and said:
                found[name].add((int(said[1]), int(said[2])))
    return {name: min(versions) for name, versions in found.items()}
