"""The list of rules: named once, said in both languages."""

import re
import uuid

import pytest
from pyspark.sql import SparkSession

from orders_platform.contracts.rules import RULES, uuid5_sql


def test_names_are_unique_and_in_snake_case() -> None:
    names = [rule.name for rule in RULES]

    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)*", name)] == []


def test_every_rule_is_said_in_both_languages() -> None:
    assert [rule.name for rule in RULES if not rule.meaning_en.endswith(".") or not rule.meaning_pt.endswith(".")] == []
    assert [rule.name for rule in RULES if rule.meaning_en == rule.meaning_pt] == []


def test_only_what_the_tables_decide_has_no_expression() -> None:
    assert {rule.name for rule in RULES if rule.expression is None} == {"same_id_same_body", "price_usual"}


def test_an_error_quarantines_and_a_warning_warns() -> None:
    assert {(rule.severity, rule.action) for rule in RULES} == {("error", "quarantine"), ("warn", "warn")}


@pytest.mark.spark
def test_spark_makes_the_same_ids_as_python(spark: SparkSession) -> None:
    from pyspark.sql import functions as F

    names = ["536365:1", "C536379:2", "pedido-ção-1:9223372036854775807", "", "x" * 500]
    rows = spark.createDataFrame([(name,) for name in names], "name string").select("name", F.expr(uuid5_sql("name")).alias("id"))

    assert {row.name: row.id for row in rows.collect()} == {name: str(uuid.uuid5(uuid.NAMESPACE_URL, name)) for name in names}
