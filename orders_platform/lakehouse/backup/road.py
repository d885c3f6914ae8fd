"""Fills bronze from the backup as it grows: the manifest's entries are the stream, by Auto Loader where there is one."""

import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.manifest import Entry
from orders_platform.lakehouse.backup.reading import Found, contradictions, faults, messages, sizes_of
from orders_platform.lakehouse.backup.store import Store
from orders_platform.lakehouse.backup.write import MANIFEST
from orders_platform.lakehouse.bronze.fill import told_by_a_note
from orders_platform.lakehouse.bronze.taking import BACKUP, Taken, append
from orders_platform.lakehouse.hub_stream import finish, in_batches
from orders_platform.lakehouse.lake import Lake, State
from orders_platform.lakehouse.report import Positions

_ENTRIES_A_BATCH = "100"


@dataclass(frozen=True, slots=True)
class BackupSource:
    """Where the backup lies, and how it is read.

    Attributes:
        has_auto_loader: whether Databricks' `cloudFiles` finds new entries; else Spark's own file stream does.
        is_alone: whether no other road brings what the backup lacks: a hole then stops the pass.
        max_messages: of one commit, so that memory stays bounded whatever the backlog.
    """

    store: Store
    has_auto_loader: bool = False
    is_alone: bool = True
    max_messages: int = 200_000


def drain(lake: Lake, source: BackupSource, state: State) -> Taken:
    """Take every entry that is new. Raises PassRefused where messages are missing and no other road brings them."""
    told_by_a_note(lake, state)
    taken = Taken(0, 0, state.note.positions)
    if not source.store.files(MANIFEST):
        return taken

    def take(batch: DataFrame) -> None:
        nonlocal taken
        found = Found()
        for row in batch.collect():
            found.add(row.name, row.value)
        taken = taken.then(_appended(lake, source, found, taken.positions))

    lines = _new_lines(lake.spark, source)
    checkpoint = lake.folder / "_checkpoints" / "backup" / state.id
    if not source.has_auto_loader:
        forget_if_damaged(checkpoint)
    stream = in_batches(lines, take, name="orders_files", checkpoint=str(checkpoint))
    finish(stream.trigger(availableNow=True).start())
    return taken


def forget_if_damaged(checkpoint: Path) -> None:
    """Remove a checkpoint of which a file is empty or cut: it only spares another look at entries that bronze has."""
    files = [path for path in checkpoint.rglob("*") if path.is_file() and not path.name.startswith(".")]
    if not all(path.read_bytes().rstrip().endswith(b"}") for path in files):
        shutil.rmtree(checkpoint)


def _new_lines(spark: SparkSession, source: BackupSource) -> DataFrame:
    """Lines of files in the manifest's folder, each once."""
    folder = f"{source.store.place}/{MANIFEST}"
    if source.has_auto_loader:
        options = {"cloudFiles.format": "text", "cloudFiles.maxFilesPerTrigger": _ENTRIES_A_BATCH}
        reader = spark.readStream.format("cloudFiles").options(**options).schema("value string")
    else:
        # by default an entry would be passed over that is a week older than the newest one seen
        options = {"recursiveFileLookup": "true", "maxFilesPerTrigger": _ENTRIES_A_BATCH, "maxFileAge": "36500d"}
        reader = spark.readStream.format("text").options(**options).schema("value string")
    return reader.load(folder).select("value", F.element_at(F.split("_metadata.file_path", "/"), -1).alias("name"))


def _appended(lake: Lake, source: BackupSource, found: Found, positions: Positions) -> Taken:
    """Append what is new and whole. What is not is set aside, or stops the pass where nothing else can bring it."""
    entries = [entry for entry in manifest.in_order(found.entries) if manifest.is_new(entry, positions)]
    sizes = sizes_of(source.store, entries)
    denied = contradictions(found)
    broken = [*denied.values(), *manifest.holes(entries, positions), *faults(entries, sizes)]
    if broken and source.is_alone:
        raise PassRefused(f"the backup is not whole: {'; '.join(broken[:3])}; `orders-platform backup check` tells all of it")
    taken = Taken(0, 0, positions, set_aside=(*found.set_aside, *broken))
    for group in manifest.bounded(_up_to_a_fault(entries, positions, sizes, denied), source.max_messages):
        rows = messages(lake.spark, source.store, group)
        taken = taken.then(append(lake, rows, taken.positions, generation=group[0].generation, road=BACKUP))
    return taken


def _up_to_a_fault(
    entries: Iterable[Entry], positions: Positions, sizes: Mapping[str, int], denied: Collection[tuple[str, int]]
) -> list[Entry]:
    """Of each generation the entries before the first that is broken: behind it, only the hub knows what is missing."""
    whole: list[Entry] = []
    stopped: set[str] = set()
    for entry in entries:
        is_denied = (entry.kept_as, entry.number) in denied
        if is_denied or manifest.holes([*whole, entry], positions) or any(faults([entry], sizes)):
            stopped.add(entry.generation)
        if entry.generation not in stopped:
            whole.append(entry)
    return whole
