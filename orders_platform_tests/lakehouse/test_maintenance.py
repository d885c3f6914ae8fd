"""Maintenance between passes: fewer files, the same rows, and whoever reads the tables goes on as if nothing had been."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from orders_platform.errors import InputError
from orders_platform.lakehouse.carry_out import carry_out
from orders_platform.lakehouse.catalog import BY_KEY, TABLES
from orders_platform.lakehouse.gold.table import DAILY_SALES
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.maintenance import maintain
from orders_platform.lakehouse.report import TableReport, Upkeep
from orders_platform.lakehouse.table import FEED_RETENTION
from orders_platform.lakehouse.work import Work
from orders_platform.settings import Settings
from orders_platform_tests.builders import an_event, body
from orders_platform_tests.invariants import check_all, i8_nothing_changed, standing
from orders_platform_tests.lakehouse.filled import Filled, fill

pytestmark = [pytest.mark.spark]
BRONZE = "bronze.order_events"
LONG_AFTER = datetime.now(UTC) + FEED_RETENTION + timedelta(days=1)


@pytest.fixture
def lake(filled: Filled, tmp_path: Path) -> Lake:
    return filled.copy(tmp_path / "lake")


def done(lake: Lake, *tables: str, now: datetime | None = None) -> dict[str, Upkeep]:
    return {upkeep.table: upkeep for upkeep in maintain(lake, tables, now=now)}


def an_old_orphan(lake: Lake, table: str) -> Path:
    """A file that a killed writer left in a table's folder six weeks ago."""
    path = Path(lake.root, *table.split("."), "orphan.parquet")
    path.write_bytes(b"x" * 1000)
    long_ago = (datetime.now(UTC) - timedelta(weeks=6)).timestamp()
    os.utime(path, (long_ago, long_ago))
    return path


def file_count(lake: Lake, table: str) -> int:
    return int(lake.spark.sql(f"DESCRIBE DETAIL {lake.name(BY_KEY[table])}").collect()[0]["numFiles"])


def digests(lake: Lake) -> dict[str, str]:
    return {table: stand.digest for table, stand in standing(Path(lake.root)).items()}


@pytest.mark.long
def test_passes_go_on_as_before_after_maintenance(lake: Lake, filled: Filled) -> None:
    """Rewritten files are no change of data: no row comes again by the feed, and one pass settles every table."""
    fill(lake, filled.shop)
    before, files = digests(lake), file_count(lake, BRONZE)

    upkeep = done(lake)
    fill(lake, filled.shop)
    settled = standing(Path(lake.root))
    fill(lake, filled.shop)

    assert list(upkeep) == [table.key for table in TABLES]
    assert (upkeep[BRONZE].files_before, upkeep[BRONZE].files_after) == (files, 1)
    assert files > 1
    assert digests(lake) == before
    assert i8_nothing_changed(settled, standing(Path(lake.root))) == []
    filled.shop.publishes([("next", body(an_event("next"))), ("o0", body(an_event("o0", version=2, status="paid")))])
    fill(lake, filled.shop)
    assert check_all(Path(lake.root)) == []


@pytest.mark.long
def test_old_files_go_and_young_ones_stay(lake: Lake) -> None:
    orphan = an_old_orphan(lake, BRONZE)
    before = lake.state(BY_KEY[BRONZE]).version

    upkeep = done(lake, BRONZE)[BRONZE]

    assert not orphan.exists()
    assert (upkeep.bytes_freed, upkeep.kept) == (1000, "")
    # the files before the compaction are there for who reads them still
    assert lake.read(BY_KEY[BRONZE], before).count() == lake.read(BY_KEY[BRONZE]).count()


@pytest.mark.long
def test_a_second_time_finds_nothing_to_do(lake: Lake) -> None:
    """Not even a commit: whoever follows a table would have to look at it."""
    done(lake, BRONZE, DAILY_SALES.key)
    before = standing(Path(lake.root))

    done(lake, BRONZE, DAILY_SALES.key)

    assert i8_nothing_changed(before, standing(Path(lake.root))) == []


def test_files_that_a_table_has_yet_to_read_stay(lake: Lake, filled: Filled) -> None:
    filled.shop.publishes([("unread", body(an_event("unread")))])
    fill(lake, filled.shop, BRONZE)
    orphan = an_old_orphan(lake, BRONZE)

    late = done(lake, BRONZE, now=LONG_AFTER)[BRONZE]

    assert orphan.exists()
    assert late.kept == "silver.order_events did not read it for 30 days: run a pass"
    assert done(lake, BRONZE)[BRONZE].kept == ""
    assert not orphan.exists()


@pytest.mark.long
def test_neither_maintenance_nor_a_rebuild_asks_the_hub(lake: Lake) -> None:
    settings = Settings.from_env({"ORDERS_LAKE": lake.root})
    day = date(2019, 2, 1)

    works = (Work("maintain", (DAILY_SALES.key,)), Work("rebuild", (DAILY_SALES.key,), first_day=day, last_day=day))
    told = [each for work in works for each in carry_out(work, lambda: lake.spark, settings)]

    assert [(type(each), each.table, each.failed_checks) for each in told] == [
        (Upkeep, DAILY_SALES.key, []),
        (TableReport, DAILY_SALES.key, []),
    ]


def test_an_unknown_table_is_told_by_its_name(lake: Lake) -> None:
    with pytest.raises(InputError, match=r"^no such table: gold\.sales; there are bronze\.order_events"):
        maintain(lake, ["gold.sales"])


@pytest.fixture
def catalog(spark: SparkSession) -> Iterator[Lake]:
    """A lake that is named, not a folder, as in Unity Catalog."""
    layers = ("bronze", "silver", "gold")
    for layer in layers:
        spark.sql(f"CREATE DATABASE spark_catalog.{layer}")
    yield Lake(spark, "spark_catalog")
    for layer in layers:
        spark.sql(f"DROP DATABASE spark_catalog.{layer} CASCADE")


def test_tables_of_a_catalog_are_maintained_by_their_names(catalog: Lake) -> None:
    catalog.create([DAILY_SALES])
    for day in (1, 2):
        rows = catalog.spark.createDataFrame([(date(2019, 2, day), "Brazil", "GBP", 1, 0, 1, 1, 5, 0, 5)], DAILY_SALES.ddl)
        catalog.append(rows, DAILY_SALES, Note())

    upkeep = done(catalog, DAILY_SALES.key)[DAILY_SALES.key]

    assert (upkeep.files_before, upkeep.files_after) == (2, 1)
    assert catalog.read(DAILY_SALES).count() == 2
