"""What differs between Spark's own declarative pipelines and Databricks' Lakeflow: nowhere else does a branch ask which it is.

Neither this module nor orders.py may be read before a session is there: a column made without one belongs to no session.
"""

import functools
from collections.abc import Callable, Mapping, Sequence

from pyspark import pipelines as dp
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

Query = Callable[[], DataFrame]
Expectations = Callable[[dict[str, str]], Callable[[Query], Query]]


def is_lakeflow() -> bool:
    """Whether expectations, Auto Loader and AUTO CDC are there; Spark 4.2 with Delta has none of them."""
    return hasattr(dp, "expect_all_or_drop")


def keep(rules: Mapping[str, str]) -> Callable[[Query], Query]:
    """Keep rows that meet all rules: an expectation, which counts what it drops, or the same rules as a filter.

    Stands below the decorator of a dataset.
    """
    native: Expectations | None = getattr(dp, "expect_all_or_drop", None)
    if native:
        return native(dict(rules))

    def decorate(query: Query) -> Query:
        @functools.wraps(query)
        def kept() -> DataFrame:
            return query().where(all_hold(rules))

        return kept

    return decorate


def warn(rules: Mapping[str, str]) -> Callable[[Query], Query]:
    """Count the rows that break a rule, and keep them; where there are no expectations nobody counts."""
    native: Expectations | None = getattr(dp, "expect_all", None)
    return native(dict(rules)) if native else lambda query: query


def all_hold(rules: Mapping[str, str]) -> str:
    """The condition that a row meets every rule."""
    return " AND ".join(rules.values())


def top_of_each(target: str, source: str, *, keys: Sequence[str], by: Sequence[str], comment: str) -> None:
    """Declare a table of one row a key: of the source's rows with that key the one that is highest in `by`.

    AUTO CDC merges what is new. Delta's table in open source takes no merge of it (AUTOCDC_TARGET_DOES_NOT_SUPPORT_MERGE), so
    there it is a view, made again as a whole in each run.
    """
    if is_lakeflow():
        dp.create_streaming_table(target, comment=comment)
        order = by[0] if len(by) == 1 else F.struct(*by)
        dp.create_auto_cdc_flow(target=target, source=source, keys=list(keys), sequence_by=order, stored_as_scd_type=1)
        return

    @dp.materialized_view(name=target, comment=comment)
    def tops() -> DataFrame:
        rows = SparkSession.active().read.table(source)
        top = F.max_by(F.struct("*"), F.struct(*by)).alias("top")
        return rows.groupBy(*keys).agg(top).select("top.*")


def stream_of_files(session: SparkSession, folder: str, columns: str) -> DataFrame:
    """New parquet files below a folder, by Auto Loader or by Spark's own file source; what their paths say is not read."""
    if is_lakeflow():
        options = {"cloudFiles.format": "parquet", "cloudFiles.partitionColumns": "", "pathGlobFilter": "*.parquet"}
        return session.readStream.format("cloudFiles").options(**options).schema(columns).load(folder)
    # by default a file would be passed over that is a week older than the newest one seen
    options = {"recursiveFileLookup": "true", "pathGlobFilter": "*.parquet", "maxFileAge": "36500d"}
    return session.readStream.format("parquet").options(**options).schema(columns).load(folder)
