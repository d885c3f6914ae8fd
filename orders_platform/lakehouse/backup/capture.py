"""Event Hubs Capture as what was kept: the Avro files that a namespace writes by itself, by sequence number.

Capture has no manifest, so its files are read to know what they hold. It does not tell the hub's creation time either: who asks
names the generation. The record and its fields: https://learn.microsoft.com/azure/event-hubs/explore-captured-avro-files, the
names of its files: https://learn.microsoft.com/azure/event-hubs/event-hubs-capture-overview.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date
from functools import reduce

from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from orders_platform.errors import InputError
from orders_platform.lakehouse.backup.replay import Parcel, Range, refuse_broken
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS

NAMES = "{Namespace}/{EventHub}/{PartitionId}/{Year}/{Month}/{Day}/{Hour}/{Minute}/{Second}"
_NEEDED = ("PartitionId", "Year", "Month", "Day")
# Of the hub's clock by milliseconds where Capture keeps it, else by the second, as .NET prints a time.
_ENQUEUED = (
    "coalesce(timestamp_millis(SystemProperties['x-opt-enqueued-time'].member0), "
    "try_to_timestamp(EnqueuedTimeUtc, 'M/d/yyyy h:mm:ss a'), try_to_timestamp(EnqueuedTimeUtc))"
)


@dataclass(frozen=True, slots=True)
class Capture:
    """Capture's files below a folder or an address.

    Attributes:
        names: how they are named, in Capture's own words.
        generation: of the hub that they are of.
    """

    root: str
    names: str
    generation: str

    def parcels(self, spark: SparkSession, days: Range) -> list[Parcel]:
        """What the files of these days hold. Raises PassRefused where messages are missing between, InputError without files."""
        files = self._files(spark, days)
        if not files:
            return []
        try:
            rows = reduce(DataFrame.unionByName, (_messages(spark, number, names) for number, names in sorted(files.items())))
            found = _found(rows)
        except PySparkException as fault:
            raise InputError(f"a file of Capture cannot be read; move it away, and run again: {_first(fault)}") from fault
        if any(row.different != row.last + 1 - row.first for row in found):
            refuse_broken([f"{self.generation}, {hole}" for hole in _holes(rows)])
        if any(row.n != row.different for row in found):
            # a file stands there twice, under two names
            rows = rows.dropDuplicates(["partition", "sequence_number"])
        ranges = {str(row.partition): (row.first, row.last + 1) for row in found}
        newest = max((row.newest.astimezone(UTC).isoformat() for row in found), default="")
        return [Parcel(self.generation, ranges, newest, lambda: rows)] if ranges else []

    def _files(self, spark: SparkSession, days: Range) -> dict[int, list[str]]:
        """By partition."""
        name = re.compile(_pattern(self.names))
        found: dict[int, list[str]] = {}
        for path in _listed(spark, self.root):
            match = name.search(path)
            if match and days.holds(date(int(match["Year"]), int(match["Month"]), int(match["Day"]))):
                found.setdefault(int(match["PartitionId"]), []).append(path)
        return found


def capture_at(place: str, generation: str) -> Capture:
    """Capture's files at a place, which may end in the way they are named, as `/data/{EventHub}/{PartitionId}/...` does.

    Raises InputError where the way of naming leaves out what a replay needs.
    """
    at = place.find("{")
    root, names = (place, NAMES) if at < 0 else (place[:at].rstrip("/"), place[at:])
    missing = [word for word in _NEEDED if f"{{{word}}}" not in names]
    if missing:
        raise InputError(f"{names} names no {', '.join(missing)}: a replay reads them from the names of Capture's files")
    return Capture(root, names, generation)


def _pattern(names: str) -> str:
    """The names as an expression with a group for each word; numbers are digits, the others stay within a folder."""
    parts = re.split(r"\{(\w+)\}", names)
    words = {"Namespace": r"[^/]+", "EventHub": r"[^/]+"}
    made = (
        re.escape(part) if place % 2 == 0 else f"(?P<{part}>{words.get(part, r'[0-9]+')})" for place, part in enumerate(parts)
    )
    return "".join(made) + r"\.avro$"


def _listed(spark: SparkSession, root: str) -> Iterable[str]:
    try:
        files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(root).select("path")
        return sorted(row.path for row in files.collect())
    except AnalysisException as fault:
        raise InputError(f"there are no files of Capture at {root}: {_first(fault)}") from fault


def _messages(spark: SparkSession, partition: int, files: list[str]) -> DataFrame:
    """Avro's records by the names that bronze has."""
    return (
        spark.read.format("avro")
        .load(files)
        .select(
            F.lit(partition).alias("partition"),
            F.col("SequenceNumber").alias("sequence_number"),
            F.expr("SystemProperties['x-opt-partition-key'].member2").alias("key"),
            F.col("Body").alias("value"),
            F.expr(_ENQUEUED).alias("enqueued_at"),
        )
        .select(*HUB_COLUMNS)
    )


def _found(rows: DataFrame) -> list[Row]:
    return (
        rows.groupBy("partition")
        .agg(
            F.min("sequence_number").alias("first"),
            F.max("sequence_number").alias("last"),
            F.count("*").alias("n"),
            F.count_distinct("sequence_number").alias("different"),
            F.max("enqueued_at").alias("newest"),
        )
        .collect()
    )


def _holes(rows: DataFrame) -> Iterator[str]:
    """Positions that no file has, a sentence each."""
    before = F.lag("sequence_number").over(Window.partitionBy("partition").orderBy("sequence_number"))
    positions = rows.select("partition", "sequence_number").distinct().withColumn("before", before)
    for row in positions.where("sequence_number > before + 1").orderBy("partition", "before").collect():
        yield f"partition {row.partition}: positions {row.before + 1} to {row.sequence_number - 1} are missing"


def _first(fault: PySparkException) -> str:
    return str(fault).strip().splitlines()[0][:300]
