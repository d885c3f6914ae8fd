"""Event Hubs Capture as what was kept: the Avro files that a namespace writes by itself, by sequence number.

Capture has no manifest, so its files are read to know what they hold. It does not tell the hub's creation time either: who asks
names the generation. So no position is believed for its number alone: files of another hub, of another generation, or that hold
another message at the same position are refused. The record and its fields:
https://learn.microsoft.com/azure/event-hubs/explore-captured-avro-files
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import reduce
from itertools import groupby
from urllib.parse import unquote

from py4j.protocol import Py4JJavaError
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import DataFrame, Row, SparkSession, Window
from pyspark.sql import functions as F

from orders_platform.errors import InputError
from orders_platform.lakehouse.backup.capture_names import CapturedFile, Naming, of_hub, refuse_several, without_scheme
from orders_platform.lakehouse.backup.capture_order import HeldFile, out_of_order, repeats, spans
from orders_platform.lakehouse.backup.replay import Parcel, Range, refuse_broken, refuse_contradicting
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS

_GENERATION = re.compile(r"(?P<hub>.+)-(?P<made>[0-9]+)")
_MILLISECONDS = 1000
_MOST_TOLD = 6
# Of the hub's clock by milliseconds where Capture keeps it, else by the second, as .NET prints a time.
_ENQUEUED = (
    "coalesce(timestamp_millis(SystemProperties['x-opt-enqueued-time'].member0), "
    "try_to_timestamp(EnqueuedTimeUtc, 'M/d/yyyy h:mm:ss a'), try_to_timestamp(EnqueuedTimeUtc))"
)
_TWO_ORIGINS = (
    "They are of two hubs, or of two generations of one that was made anew: ask for the days of one alone by --from and --to, "
    "and name it by --generation"
)


@dataclass(frozen=True, slots=True)
class Capture:
    """Capture's files below a folder or an address.

    Attributes:
        generation: of the hub that they are of.
        hub: its name, as the settings say it; empty: the one hub that there are files of.
    """

    naming: Naming
    generation: str
    hub: str = ""

    def parcels(self, spark: SparkSession, days: Range) -> list[Parcel]:
        """What the files of these days hold.

        Raises PassRefused where messages are missing between, or differ at the same position; InputError where it cannot be said
        whose the files are, or one cannot be read.
        """
        files = self._files(spark, days)
        if not files:
            return []
        try:
            return self._read(spark, files)
        except (PySparkException, Py4JJavaError) as fault:
            raise InputError(f"a file of Capture cannot be read; move it away, and run again: {_first(fault)}") from fault

    def _files(self, spark: SparkSession, days: Range) -> list[CapturedFile]:
        own = of_hub(self.naming.files(_listed(spark, self.naming.root)), self.naming, self.hub)
        asked = [file for file in own if days.holds(file.day)]
        refuse_several(asked, self.naming)
        if asked and self.naming.tells_hub:
            refuse_other_hub(self.generation, asked[0].hub)
        return asked

    def _read(self, spark: SparkSession, files: Sequence[CapturedFile]) -> list[Parcel]:
        by_partition = groupby(sorted(files, key=lambda file: (file.partition, file.path)), lambda file: file.partition)
        parts = [_messages(spark, number, [file.path for file in own]) for number, own in by_partition]
        rows = reduce(DataFrame.unionByName, parts)
        held = _held(rows, {file.place: file for file in files})
        self._refuse_older(held)
        refuse_contradicting(list(out_of_order(held)), _TWO_ORIGINS)
        if repeats(held):
            refuse_contradicting(list(_differing(rows, {file.place: file.name for file in files})), _TWO_ORIGINS)
            # a file stands there twice, under two names
            rows = rows.dropDuplicates(["partition", "sequence_number"])
        found = spans(held)
        if any(len(ranges) > 1 for ranges in found.values()) or not all(each.is_unbroken for each in held):
            refuse_broken([f"{self.generation}, {hole}" for hole in _holes(rows)])
        ranges = {str(number): (own[0][0], own[-1][1]) for number, own in found.items()}
        newest = max((each.newest for each in held), default="")
        return [Parcel(self.generation, ranges, newest, lambda: rows.select(*HUB_COLUMNS))] if ranges else []

    def _refuse_older(self, held: Sequence[HeldFile]) -> None:
        """Raise InputError where messages are older than the generation: its positions are others."""
        made = int(self.generation.rpartition("-")[2])
        # a time may be told by the second alone
        older = [each for each in held if each.oldest_ms is not None and each.oldest_ms + _MILLISECONDS <= made]
        if older:
            raise InputError(
                f"{older[0].file.name} holds messages from before generation {self.generation} of the hub was made: they are of "
                "an earlier one, whose positions are others; name that one by --generation, or ask by --from for days since"
            )


def capture_at(place: str, generation: str, hub: str = "") -> Capture:
    """Capture's files at a place, which may end in the way they are named, as `/data/{EventHub}/{PartitionId}/...` does.

    Raises InputError where that cannot be, or where the generation is none of this hub.
    """
    if not _GENERATION.fullmatch(generation):
        raise InputError(f"{generation} is no generation like orders-1763875200000: `orders-platform hub tails` shows the hub's")
    if hub:
        refuse_other_hub(generation, hub)
    return Capture(Naming.of(place), generation, hub)


def refuse_other_hub(generation: str, hub: str) -> None:
    """Raise InputError where a generation is of a hub of another name."""
    name = generation.rpartition("-")[0]
    if name.casefold() != hub.casefold():
        raise InputError(
            f"the files are of hub {hub}, and generation {generation} is of hub {name}: name one of that hub by --generation, or "
            "its own hub by ORDERS_HUB_NAME"
        )


def _listed(spark: SparkSession, root: str) -> list[str]:
    try:
        files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(root).select("path")
        return sorted(row.path for row in files.collect())
    except AnalysisException as fault:
        raise InputError(f"there are no files of Capture at {root}: {_first(fault)}") from fault


def _messages(spark: SparkSession, partition: int, files: list[str]) -> DataFrame:
    """Avro's records by the names that bronze has, and the file of each."""
    return (
        spark.read.format("avro")
        .load(files)
        .select(
            F.lit(partition).alias("partition"),
            F.col("SequenceNumber").alias("sequence_number"),
            F.expr("SystemProperties['x-opt-partition-key'].member2").alias("key"),
            F.col("Body").alias("value"),
            F.expr(_ENQUEUED).alias("enqueued_at"),
            F.col("_metadata.file_path").alias("file"),
        )
    )


def _held(rows: DataFrame, files: Mapping[str, CapturedFile]) -> list[HeldFile]:
    """What each file holds; one without a record is left out."""
    found = (
        rows.groupBy("file")
        .agg(
            F.min("sequence_number").alias("first"),
            F.max("sequence_number").alias("last"),
            F.count("*").alias("n"),
            F.count_distinct("sequence_number").alias("different"),
            F.unix_millis(F.min("enqueued_at")).alias("oldest_ms"),
            F.max("enqueued_at").alias("newest"),
        )
        .collect()
    )
    return [_held_file(files[_place(row.file)], row) for row in found]


def _held_file(file: CapturedFile, row: Row) -> HeldFile:
    newest = row.newest.astimezone(UTC).isoformat() if row.newest else ""
    return HeldFile(file, row.first, row.last + 1, row.n, row.different, row.oldest_ms, newest)


def _place(file: str) -> str:
    """A file as its metadata tells it, which is encoded as an address is."""
    return without_scheme(unquote(file))


def _differing(rows: DataFrame, names: Mapping[str, str]) -> Iterator[str]:
    """Positions at which files hold different messages, a sentence each."""
    told = F.xxhash64("key", "value", "enqueued_at")
    by_position = rows.groupBy("partition", "sequence_number").agg(
        F.min(told).alias("least"), F.max(told).alias("most"), F.collect_set("file").alias("files")
    )
    odd = by_position.where("least <> most").orderBy("partition", "sequence_number").limit(_MOST_TOLD)
    for row in odd.collect():
        files = " and ".join(sorted(names[_place(file)] for file in row.files))
        yield f"partition {row.partition}, position {row.sequence_number}: {files} hold different messages"


def _holes(rows: DataFrame) -> Iterator[str]:
    """Positions that no file has, a sentence each."""
    before = F.lag("sequence_number").over(Window.partitionBy("partition").orderBy("sequence_number"))
    positions = rows.select("partition", "sequence_number").distinct().withColumn("before", before)
    for row in positions.where("sequence_number > before + 1").orderBy("partition", "before").collect():
        yield f"partition {row.partition}: positions {row.before + 1} to {row.sequence_number - 1} are missing"


def _first(fault: PySparkException | Py4JJavaError) -> str:
    said = str(fault.java_exception) if isinstance(fault, Py4JJavaError) else str(fault)
    return said.strip().splitlines()[0][:300]
