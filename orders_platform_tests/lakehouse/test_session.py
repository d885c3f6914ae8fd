"""The local Spark, as all tests use it."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable

from orders_platform.errors import EnvironmentFault, SettingsError
from orders_platform.lakehouse.lake import Lake, Note
from orders_platform.lakehouse.session import local_config
from orders_platform.lakehouse.table import Column, Table
from orders_platform.lakehouse.table_log import FolderLog
from orders_platform.lakehouse.time_zone import need_time_zone

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark
JVM = attrgetter("_jvm")
# tells what it is, and does nothing else
ENDED_JAVA = """#!/bin/sh
case "$*" in *-version*) echo '    java.home = {home}\n    java.specification.version = 17' >&2; exit 0;; esac
echo 'Error: could not create the Java Virtual Machine' >&2
exit 1
"""


def test_spark_writes_delta_and_reads_it_back(spark: "SparkSession", tmp_path: Path) -> None:
    table = str(tmp_path / "table")

    spark.range(3).write.format("delta").save(table)

    assert sorted(row.id for row in spark.read.format("delta").load(table).collect()) == [0, 1, 2]


def test_any_time_that_spark_writes_is_read_by_others(spark: "SparkSession", tmp_path: Path) -> None:
    table = str(tmp_path / "table")
    times = [datetime(1, 1, 1, tzinfo=UTC), datetime(2019, 2, 1, 10, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)]

    spark.createDataFrame([(each,) for each in times], "time timestamp").coalesce(1).write.format("delta").save(table)

    assert DeltaTable(table).to_pyarrow_table()["time"].to_pylist() == times


def test_spark_knows_the_kafka_source(spark: "SparkSession") -> None:
    stream = spark.readStream.format("kafka").option("kafka.bootstrap.servers", "127.0.0.1:1").option("subscribe", "orders")

    assert {"key", "value", "partition", "offset"} <= set(stream.load().columns)


def test_spark_leaves_nothing_in_the_folder_that_it_was_started_in(spark: "SparkSession", tmp_path: Path) -> None:
    """It makes a folder for tables without a path of their own, though there are none."""
    started_in = Path(JVM(spark).System.getProperty("user.dir"))

    spark.sql(f"CREATE TABLE delta.`{tmp_path}/table` (id long) USING delta")

    assert [path.name for path in started_in.iterdir()] == []
    warehouse = Path(str(spark.conf.get("spark.sql.warehouse.dir")).removeprefix("file:"))
    assert warehouse.name.startswith("orders-warehouse-")
    assert warehouse.is_dir()


def test_texts_and_numbers_are_the_same_in_every_locale(spark: "SparkSession") -> None:
    """In a Turkish one ID in small letters is no id."""
    system = JVM(spark).System

    assert [system.getProperty(name) for name in ("user.language", "file.encoding")] == ["en", "UTF-8"]


def test_a_lake_below_an_odd_name_is_filled_and_read_without_spark(spark: "SparkSession", tmp_path: Path) -> None:
    """All that the settings let through in one name."""
    lake = Lake(spark, str(tmp_path / '-My Orders [v1] 50% ação, it\'s "{a;b}" ~&=+$:*|' / "lake"))
    names = [f"o{number}" for number in range(3)]
    rows = spark.createDataFrame([(name,) for name in names], "id string")
    table = Table("gold", "odd", "a name", (Column("id", "string", "a name"),), unique_by=("id",), made_from=())

    lake.create([table])
    lake.append(rows, table, Note(newest="now"))

    assert lake.state(table).note.newest == "now"
    assert FolderLog(table.key, f"{lake.root}/gold/odd").row_count() == lake.read(table).count() == 3


def test_another_installations_spark_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its launcher and its configuration lie around wherever somebody works with Spark."""
    for name in ("SPARK_HOME", "SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        monkeypatch.setenv(name, "/opt/another")
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--master yarn pyspark-shell")

    local_config()

    import pyspark

    assert os.environ["SPARK_HOME"] == str(Path(pyspark.__file__).parent)
    assert [os.environ[name] for name in ("SPARK_CONF_DIR", "HADOOP_CONF_DIR", "YARN_CONF_DIR")] == ["", "", ""]
    assert os.environ["PYSPARK_SUBMIT_ARGS"] == "pyspark-shell"


def test_another_pyspark_before_ours_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that names the Python folder of another Spark; its classes would not fit our jars."""
    monkeypatch.setattr("pyspark.__version__", "3.5.1")

    with pytest.raises(EnvironmentFault, match=r"^pyspark 3\.5\.1 of .* take its folder out of PYTHONPATH$"):
        local_config()


def test_a_user_without_a_name_is_told_before_java_ends_over_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.getuid", lambda: 54_321)

    with pytest.raises(EnvironmentFault, match="the system knows no name of user 54321"):
        local_config()


def test_a_zone_that_java_does_not_know_is_told_before_spark_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bronze would be filled, and the pass fail behind it."""
    monkeypatch.setenv("ORDERS_TIMEZONE", "ROC")

    with pytest.raises(SettingsError, match=r"ORDERS_TIMEZONE is ROC, .*; Asia/Taipei has the same time now"):
        local_config()


def test_spark_itself_is_asked_where_javas_data_is_not_found(spark: "SparkSession") -> None:
    need_time_zone(spark, "America/Sao_Paulo")

    with pytest.raises(SettingsError, match="Asia/Taipei has the same time now"):
        need_time_zone(spark, "ROC")


def test_a_java_that_ends_as_it_starts_is_one_sentence_below_its_own_words(tmp_path: Path) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(ENDED_JAVA.format(home=tmp_path))
    java.chmod(0o755)
    start = "from orders_platform.lakehouse.session import local_session; local_session()"

    done = subprocess.run(
        [sys.executable, "-c", start], env=os.environ | {"JAVA_HOME": str(tmp_path)}, capture_output=True, text=True, check=False
    )

    assert "Error: could not create the Java Virtual Machine" in done.stderr
    assert done.stderr.splitlines()[-1].endswith(
        "EnvironmentFault: Spark's Java ended as it started; what it said of it stands above"
    )
