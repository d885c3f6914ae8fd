"""The backup as it is read: entries of the manifest that are sound, and the messages of their files."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession

from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.manifest import Entry, Foreign, parse
from orders_platform.lakehouse.backup.store import Store
from orders_platform.lakehouse.backup.write import DATA, MANIFEST
from orders_platform.lakehouse.bronze.table import HUB_COLUMNS, ORDER_EVENTS

_TYPES = {column.name: column.type for column in ORDER_EVENTS.columns}
_SCHEMA = ", ".join(f"{name} {_TYPES[name]}" for name in HUB_COLUMNS)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of the manifest's folder, or a line of it, that is no entry, and why."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name} is left out: {self.reason}"


@dataclass
class Found:
    """What the manifest's folder holds: entries, each with the name of its file, and each file or line that is none."""

    entries: list[Entry] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    @property
    def set_aside(self) -> list[str]:
        """What is no entry, a sentence each."""
        return [str(each) for each in self.left_out]

    def add(self, name: str, line: str) -> None:
        """Take a line of a file there."""
        parsed = parse(line)
        if isinstance(parsed, Foreign):
            self.left_out.append(LeftOut(name, parsed.reason))
        else:
            self.entries.append(parsed)
            self.names.append(name)


def read_manifest(store: Store) -> Found:
    """Every entry, by asking for every file."""
    found = Found()
    for file in store.files(MANIFEST):
        for line in store.read(file.name).splitlines() or [""]:
            found.add(file.name, line)
    return found


def contradictions(found: Found) -> dict[tuple[str, int], str]:
    """By generation and number: entries that another one denies, a sentence each.

    Two of one number that differ, or that have the same positions: two writers were at work, or a file is of somewhere else.
    """
    told: dict[tuple[str, int], str] = {}
    first: dict[tuple[str, int], tuple[str, Entry]] = {}
    for name, entry in zip(found.names, found.entries, strict=True):
        place = (entry.kept_as, entry.number)
        known, same = first.setdefault(place, (name, entry))
        if same != entry:
            told[place] = f"{known} and {name} are both entry {entry.number} of {entry.generation}, and differ"
    for entry, sentence in manifest.overlaps(found.entries):
        told.setdefault((entry.kept_as, entry.number), sentence)
    return told


def faults(entries: Iterable[Entry], sizes: Mapping[str, int]) -> Iterator[str]:
    """Files that entries name and that are not there, or not of the size that was written; a sentence each."""
    for entry in entries:
        for file in entry.files:
            if file.name not in sizes:
                yield f"{file.name} is missing"
            elif sizes[file.name] != file.bytes:
                yield f"{file.name} has {sizes[file.name]} bytes, not the {file.bytes} that were written"


def sizes_of(store: Store, entries: Collection[Entry]) -> dict[str, int]:
    """Sizes of all files in the days of these entries."""
    days = sorted({(entry.kept_as, file.day) for entry in entries for file in entry.files})
    return {file.name: file.bytes for kept_as, day in days for file in store.files(f"{DATA}/generation={kept_as}/day={day}")}


def messages(spark: SparkSession, store: Store, entries: Iterable[Entry]) -> DataFrame:
    """The messages of one generation's entries."""
    files = [f"{store.place}/{file.name}" for entry in entries for file in entry.files]
    return spark.read.schema(_SCHEMA).parquet(*files).select(*HUB_COLUMNS)
