"""Keeps the hub's messages as parquet by a stream of its own, so that neither it nor the lake stops for a fault of the other.

A batch's files come first, below folders by generation, day and hour; then one entry of the manifest names them. A writer that is
killed between the two leaves files that nobody reads, and takes the same messages again; the manifest's ends, not the stream's
checkpoint, say what is kept.
"""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date

from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.streaming.readwriter import DataStreamWriter

from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.hub_name import folded
from orders_platform.lakehouse.backup.manifest import Entry, Foreign, KeptFile, parse
from orders_platform.lakehouse.backup.store import Store
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS
from orders_platform.lakehouse.bronze.taking import Taken
from orders_platform.lakehouse.hub_stream import finish, hub_messages, in_batches, not_ahead, tells_of_loss
from orders_platform.lakehouse.source import HubSource

DATA, MANIFEST = "data", "manifest"
_ENTRY = re.compile(rf"{MANIFEST}/([^/]+)/(\d{{10}})\.json")
# Folders below data/; `batch` tells the files of one attempt from those of another.
_FOLDERS = ("generation", "day", "hour", "batch")
# Of one batch and hour: a hub's 32 partitions would make 32 small ones.
_MOST_FILES = 4
_NO_MARKER = "mapreduce.fileoutputcommitter.marksuccessfuljobs"


def entry_name(entry: Entry) -> str:
    """Where an entry is kept."""
    return f"{MANIFEST}/{entry.kept_as}/{entry.number:010}.json"


def entry_place(name: str) -> tuple[str, int] | None:
    """The folder and the number of the entry that is kept under this name; None where no entry of the writer's is."""
    own = _ENTRY.fullmatch(name)
    return (own[1], int(own[2])) if own else None


@dataclass(frozen=True, slots=True)
class Last:
    """A generation's newest entry, as far as the next one needs it; before the first one, number -1 and no ends."""

    kept_as: str
    number: int
    ends: dict[str, int]
    newest: str = ""


def last_entry(store: Store, generation: str) -> Last:
    """What the manifest ends with. Raises PassRefused where it cannot be read, since going on would leave a hole or a double."""
    newest = {place[0]: file.name for file in store.files(MANIFEST) if (place := entry_place(file.name))}
    ours = [_read(store, name) for kept_as, name in newest.items() if folded(kept_as) == generation]
    # one that was kept under two spellings was kept twice: the fuller one goes on
    return max(ours, key=lambda last: sum(last.ends.values()), default=Last(generation, -1, {}))


def _read(store: Store, name: str) -> Last:
    newest = parse(store.read(name))
    if isinstance(newest, Foreign):
        raise PassRefused(
            f"the backup's newest entry {name} cannot be taken: {newest.reason}; move it out of the manifest's folder, and "
            "run again: the writer goes on behind the entry before it"
        )
    return Last(newest.kept_as, newest.number, newest.ends, newest.newest)


def accept_gap(store: Store, generation: str, begins: Mapping[str, int]) -> bool:
    """Let the writer go on where the hub begins now; the hole that this leaves stays to be seen. False where there is none."""
    last = last_entry(store, generation)
    ends = {name: max(end, last.ends.get(name, 0)) for name, end in begins.items()}
    if last.number < 0 or all(last.ends.get(name, 0) >= begin for name, begin in begins.items()):
        return False
    entry = Entry(last.kept_as, last.number + 1, {}, {**last.ends, **ends}, (), last.newest)
    store.put_new(entry_name(entry), entry.to_line())
    return True


def drain(spark: SparkSession, store: Store, source: HubSource) -> tuple[Taken, Last]:
    """Keep everything up to the hub's tail. Raises PassRefused where messages are missing, HubError where the hub is silent."""
    last = last_entry(store, source.generation)
    if source.is_current:
        not_ahead(last.ends, source.tails, "the backup")
    taken = Taken(0, 0, {source.generation: last.ends})
    if source.is_current and all(last.ends.get(partition, 0) >= tail for partition, tail in source.tails.items()):
        return taken, last
    batches: list[Taken] = []
    finish(stream(spark, store, source, batches.append).trigger(availableNow=True).start())
    for batch in batches:
        taken = taken.then(batch)
    return taken, last_entry(store, source.generation)


def stream(spark: SparkSession, store: Store, source: HubSource, on_batch: Callable[[Taken], None]) -> DataStreamWriter:
    """The writer's stream, not yet started; `on_batch` is called after each entry."""
    last = last_entry(store, source.generation)

    def keep(batch: DataFrame) -> None:
        nonlocal last
        entry, offered = _kept(store, batch, source, last)
        if entry:
            store.put_new(entry_name(entry), entry.to_line())
            last = Last(entry.kept_as, entry.number, entry.ends, entry.newest)
        on_batch(Taken(offered, entry.messages if entry else 0, {source.generation: last.ends}))

    # each start goes by the manifest's ends alone
    checkpoint = f"_checkpoints/{source.generation}"
    store.remove(checkpoint)
    messages = hub_messages(spark, source, last.ends)
    return in_batches(messages, keep, name="orders_backup", checkpoint=f"{store.place}/{checkpoint}")


def _kept(store: Store, batch: DataFrame, source: HubSource, last: Last) -> tuple[Entry | None, int]:
    """Write the batch's files, and return the entry that is to name them (None where nothing is new) and how many came.

    The facts are observed while the files are written: the batch is read once.
    """
    label, came, new = uuid.uuid4().hex, Observation(), Observation()
    fresh = batch.observe(came, F.count("*").alias("n")).where(_is_behind(last.ends)).observe(new, *_facts(source.tails))
    folders = _in_folders(fresh.coalesce(_MOST_FILES), last.kept_as, label)
    _write(folders, store.place)
    offered, found = came.get["n"], new.get
    ranges = {name: (found[f"first_{name}"], found[f"last_{name}"] + 1) for name in source.tails if found[f"count_{name}"]}
    if not ranges:
        return None, offered
    _unbroken(ranges, {name: found[f"count_{name}"] for name in ranges}, last.ends)
    return (
        Entry(
            kept_as=last.kept_as,
            number=last.number + 1,
            ranges=ranges,
            ends={**last.ends, **{name: end for name, (_, end) in ranges.items()}},
            files=tuple(_files_of(store, last.kept_as, label, found["days"])),
            newest=found["newest"].astimezone(UTC).isoformat(),
        ),
        offered,
    )


def _write(messages: DataFrame, place: str) -> None:
    try:
        messages.write.partitionBy(*_FOLDERS).option(_NO_MARKER, "false").mode("append").parquet(f"{place}/{DATA}")
    except Exception as fault:  # py4j raises whatever it meets
        if tells_of_loss(str(fault)):
            # the batch is read while it is written: that is the hub's fault, which `finish` tells
            raise
        *_, root = re.findall("^Caused by: (.+)", str(fault), re.MULTILINE) or [str(fault).splitlines()[0]]
        raise EnvironmentFault(
            f"the backup {place} cannot be written ({root[:300]}): what it keeps stands, and the next run takes the rest"
        ) from fault


def _is_behind(ends: Mapping[str, int]) -> Column:
    """Holds for messages that are not kept yet."""
    kept = F.lit(False)
    for partition, end in ends.items():
        kept = kept | ((F.col("partition") == int(partition)) & (F.col("sequence_number") < end))
    return ~kept


def _facts(partitions: Iterable[str]) -> Iterator[Column]:
    """What an entry tells of its messages."""
    position = F.col("sequence_number")
    for name in partitions:
        here = F.when(F.col("partition") == int(name), position)
        yield F.min(here).alias(f"first_{name}")
        yield F.max(here).alias(f"last_{name}")
        yield F.count(here).alias(f"count_{name}")
    yield F.max("enqueued_at").alias("newest")
    yield F.collect_set(F.to_date("enqueued_at")).alias("days")


def _in_folders(messages: DataFrame, kept_as: str, label: str) -> DataFrame:
    """Messages with the names of the folders that they go to; day and hour by the hub's clock, in UTC."""
    return messages.select(
        *HUB_COLUMNS,
        F.lit(kept_as).alias("generation"),
        F.to_date("enqueued_at").alias("day"),
        F.date_format("enqueued_at", "HH").alias("hour"),
        F.lit(label).alias("batch"),
    )


def _unbroken(ranges: Mapping[str, tuple[int, int]], counts: Mapping[str, int], ends: Mapping[str, int]) -> None:
    """Raise PassRefused where messages are missing before the batch, or in it."""
    for name, (first, end) in ranges.items():
        if first > ends.get(name, first) or counts[name] != end - first:
            raise PassRefused(
                f"partition {name}: the backup ends before {ends.get(name)}, but the hub gave {counts[name]} messages "
                f"{first}..{end - 1}; if the hub's retention has passed, `orders-platform backup write "
                "--accept-gap` goes on behind the hole, which the manifest then shows for good"
            )


def _files_of(store: Store, kept_as: str, label: str, days: Iterable[date]) -> Iterator[KeptFile]:
    """The files that this attempt has written."""
    for day in sorted(days):
        for file in store.files(f"{DATA}/generation={kept_as}/day={day}"):
            if f"/batch={label}/" in file.name and file.name.endswith(".parquet"):
                yield KeptFile(file.name, file.bytes, day)
