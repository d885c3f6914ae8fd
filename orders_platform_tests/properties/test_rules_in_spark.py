"""The rules as Spark judges them, against the oracle: on every corpus, and on events tampered with in any way.

What the two Python readings agree on (test_rules) Spark then agrees with as well: all three are held together.
"""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from orders_platform.lakehouse.silver.parse import parsed
from orders_platform.lakehouse.silver.rules import judged
from orders_platform_tests.harmless import harmless_corpus
from orders_platform_tests.odd_bodies import odd_bodies
from orders_platform_tests.oracle.verdicts import judge
from orders_platform_tests.poison import poison_corpus
from orders_platform_tests.strategies import damaged, tampered

pytestmark = pytest.mark.spark
CORPUS = [*((poison.name, poison.body) for poison in poison_corpus()), *harmless_corpus()]


def reasons_by_spark(spark: SparkSession, bodies: list[bytes | None]) -> list[set[str]]:
    """The rules that each body breaks."""
    messages = spark.createDataFrame([(place, body) for place, body in enumerate(bodies)], "place int, value binary")
    rows = judged(parsed(messages)).select("place", "reasons").collect()
    return [set(row.reasons) for row in sorted(rows, key=lambda row: row.place)]


def disagreements(spark: SparkSession, bodies: list[bytes | None]) -> list[tuple[bytes | None, set[str], set[str]]]:
    """Bodies that the two judge differently: Spark's reasons, then the oracle's."""
    verdicts = zip(bodies, reasons_by_spark(spark, bodies), strict=True)
    told = [(body, reasons, set(judge(body, ZoneInfo("UTC"))[1])) for body, reasons in verdicts]
    return [each for each in told if each[1] != each[2]]


def test_spark_and_oracle_agree_on_every_corpus(spark: SparkSession) -> None:
    names = {body: name for name, body in CORPUS}

    found = disagreements(spark, [body for _, body in CORPUS])

    assert [(names[body], by_spark, by_oracle) for body, by_spark, by_oracle in found] == []


@given(bodies=st.lists(tampered() | damaged() | odd_bodies() | odd_bodies(), min_size=100, max_size=200))
@settings(max_examples=5, phases=[Phase.explicit, Phase.reuse, Phase.generate], report_multiple_bugs=False)
def test_spark_and_oracle_agree_when_events_are_tampered_with(spark: SparkSession, bodies: list[bytes | None]) -> None:
    assert disagreements(spark, bodies) == []
