"""Both readers of a table's log: the same answers, and the same refusal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.gold.table import CANCELLATIONS
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.table_log import Commit, FolderLog, SparkLog, TableLog, newest_noted

pytestmark = [pytest.mark.spark]

Reader = Callable[[Lake], TableLog]
DOCUMENT = {
    "order_id": "c1", "order_date": "2019-01-01", "country": "Brazil", "currency": "GBP",
    "cancelled_minor": 100, "match": "orphan",
}  # fmt: skip


def by_spark(lake: Lake) -> TableLog:
    return SparkLog(CANCELLATIONS.key, lake.spark, lake.name(CANCELLATIONS))


def by_folder(lake: Lake) -> TableLog:
    return FolderLog(CANCELLATIONS.key, f"{lake.root}/gold/cancellations")


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, str(tmp_path / "lake"))


def written(lake: Lake, times: int) -> None:
    lake.create([CANCELLATIONS])
    for version in range(1, times + 1):
        rows = lake.spark.createDataFrame([DOCUMENT] * version).selectExpr(
            "*", "CAST(NULL AS string) AS cancels_order_id", "CAST(NULL AS int) AS days_since_sale"
        )
        typed = rows.withColumn("order_date", rows["order_date"].cast("date"))
        lake.append(typed, CANCELLATIONS, Note(source_id="events", source_version=version))


@pytest.mark.parametrize("reader", [by_spark, by_folder])
def test_log_tells_commits_with_notes_newest_first(lake: Lake, reader: Reader) -> None:
    written(lake, 2)

    commits = reader(lake).commits(10)

    assert [(commit.version, commit.rows_written) for commit in commits] == [(2, 2), (1, 1), (0, 0)]
    assert ['"source_version": 2' in commit.note for commit in commits] == [True, False, False]
    assert reader(lake).row_count() == 3


def test_readers_agree_on_identity(lake: Lake) -> None:
    written(lake, 1)

    assert by_spark(lake).identity() == by_folder(lake).identity()


@pytest.mark.long
@pytest.mark.parametrize("reader", [by_spark, by_folder])
def test_note_taken_back_by_a_restore_does_not_count(lake: Lake, reader: Reader) -> None:
    written(lake, 3)
    lake.spark.sql(f"RESTORE TABLE {lake.name(CANCELLATIONS)} TO VERSION AS OF 1").collect()

    noted = newest_noted(reader(lake).commits(10))

    assert noted is not None
    assert noted.version == 1
    assert reader(lake).row_count() == 1


@pytest.mark.parametrize("reader", [by_spark, by_folder])
def test_table_that_is_gone_is_refused_by_name(lake: Lake, reader: Reader) -> None:
    with pytest.raises(PassRefused, match=r"gold\.cancellations cannot be read"):
        reader(lake).commits(1)


def test_restore_to_a_timestamp_is_refused_only_where_the_answer_depends_on_it() -> None:
    restore, noted = Commit(2, "", 0, "RESTORE"), Commit(3, "{}", 1)

    assert newest_noted([noted, restore]) == noted
    with pytest.raises(PassRefused, match="restored to a timestamp"):
        newest_noted([restore, Commit(1, "{}", 1)])
