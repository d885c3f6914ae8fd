"""The rules as Spark judges them: which a message breaks, and how often each was broken."""

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from orders_platform.contracts.rules import RULES, Severity


def judged(parsed: DataFrame) -> DataFrame:
    """Parsed messages with `reasons` (error rules broken) and `warnings` (warn-only rules broken)."""
    return parsed.select("*", broken("error").alias("reasons"), broken("warn").alias("warnings"))


def broken(severity: Severity) -> SparkColumn:
    """Names of the rules of a severity that the row breaks."""
    tests = [
        F.when(~F.expr(rule.expression), F.lit(rule.name)) for rule in RULES if rule.expression and rule.severity == severity
    ]
    return F.array_compact(F.array(*tests))


def breaches(names: str, rows: DataFrame) -> dict[str, int]:
    """How many rows broke each rule named in the array column `names`; rules that none broke are left out."""
    counted = rows.select(F.explode(names).alias("rule")).groupBy("rule").count().collect()
    return {row["rule"]: row["count"] for row in counted}
