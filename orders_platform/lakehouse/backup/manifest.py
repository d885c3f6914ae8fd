"""What the backup holds, by its manifest alone: a file that no entry names is never read.

One entry, a line of JSON in a file of its own, stands for one batch of the writer. It is written after the batch's files, so that
it never names what is not there, and each continues the one before: entries without a hole between them prove that no message is
missing. Free of Spark.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from orders_platform.hub_name import folded
from orders_platform.lakehouse.report import Positions, folded_positions

# The entry's own version: one that is not known is not guessed at.
FORMAT = 1
# partition -> (first position, the one behind the last)
Ranges = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A parquet file: its name below the backup's place, and the day (UTC) on which the hub took its messages."""

    name: str
    bytes: int
    day: date


@dataclass(frozen=True, slots=True)
class Entry:
    """A batch of the writer.

    Attributes:
        kept_as: its generation as the folders of the backup are called, in the spelling that they began with.
        number: place among the entries there, each of which continues the one before.
        ranges: positions that its files hold, each once, without holes.
        ends: of all partitions after it, those included that it does not touch.
        newest: when the hub took the newest message, ISO 8601.
    """

    kept_as: str
    number: int
    ranges: dict[str, tuple[int, int]]
    ends: dict[str, int]
    files: tuple[KeptFile, ...]
    newest: str

    @property
    def generation(self) -> str:
        """Of the hub, in its one spelling."""
        return folded(self.kept_as)

    @property
    def messages(self) -> int:
        """How many it holds."""
        return sum(end - first for first, end in self.ranges.values())

    @property
    def days(self) -> frozenset[date]:
        """Days that its messages are of."""
        return frozenset(file.day for file in self.files)

    def to_line(self) -> str:
        """The entry as a line of JSON."""
        told = asdict(self)
        return json.dumps({"format": FORMAT, "generation": told.pop("kept_as"), **told}, default=date.isoformat) + "\n"


@dataclass(frozen=True, slots=True)
class Foreign:
    """A line of the manifest's folder that is no entry, and why."""

    reason: str


def parse(line: str) -> Entry | Foreign:
    """An entry; Foreign where the line is half, of another version, or of somebody else."""
    try:
        told = json.loads(line)
        if told["format"] != FORMAT:
            return Foreign(f"it is of format {told['format']}, and this version reads format {FORMAT}")
        files = tuple(KeptFile(str(each["name"]), int(each["bytes"]), date.fromisoformat(each["day"])) for each in told["files"])
        ranges = {str(name): (int(first), int(end)) for name, (first, end) in told["ranges"].items()}
        ends = {str(name): int(end) for name, end in told["ends"].items()}
        return Entry(str(told["generation"]), int(told["number"]), ranges, ends, files, str(told["newest"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Foreign("it is no entry of a manifest")


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By generation and number; one of each number, since a copy of an entry is the entry: others `contradictions` names."""
    return sorted({_place(each): each for each in entries}.values(), key=_place)


def _place(entry: Entry) -> tuple[str, str, int]:
    """A generation that was kept under two spellings was kept twice: one of the two follows whole on the other."""
    return entry.generation, entry.kept_as, entry.number


def ends(entries: Iterable[Entry]) -> Positions:
    """Where each generation ends."""
    return folded_positions({entry.kept_as: entry.ends for entry in in_order(entries)})


def span(entries: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    """First position and the one behind the last, by partition, of one generation's entries."""
    found: dict[str, tuple[int, int]] = {}
    for entry in in_order(entries):
        for partition, (first, end) in entry.ranges.items():
            low, high = found.get(partition, (first, end))
            found[partition] = (min(low, first), max(high, end))
    return found


def holes(entries: Iterable[Entry], known: Positions | None = None) -> list[str]:
    """Positions that are missing between entries, or between what is `known` already and the first; a sentence each."""
    ends: dict[tuple[str, str], int] = {
        (generation, partition): end for generation, held in (known or {}).items() for partition, end in held.items()
    }
    missing = []
    for entry in in_order(entries):
        for partition, (first, end) in sorted(entry.ranges.items()):
            place = (entry.generation, partition)
            if first > ends.get(place, first):
                missing.append(f"{entry.generation}, partition {partition}: positions {ends[place]} to {first - 1} are missing")
            ends[place] = max(end, ends.get(place, end))
    return missing


def overlaps(entries: Iterable[Entry]) -> Iterator[tuple[Entry, str]]:
    """Entries with positions that one before them has too, and which, in a sentence: the writer never takes one twice."""
    ends: dict[tuple[str, str], int] = {}
    for entry in in_order(entries):
        for partition, (first, end) in sorted(entry.ranges.items()):
            place = (entry.kept_as, partition)
            known = ends.get(place, first)
            if first < known:
                last = min(end, known) - 1
                yield entry, f"{entry.generation}, partition {partition}: more than one entry has positions {first} to {last}"
            ends[place] = max(end, known)


def bounded(entries: Iterable[Entry], most: int) -> Iterator[list[Entry]]:
    """Entries of one generation after another, in groups of at most so many messages, or of one entry."""
    group: list[Entry] = []
    for entry in in_order(entries):
        fits = sum(each.messages for each in group) + entry.messages <= most
        if group and not (fits and entry.kept_as == group[0].kept_as):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def is_new(entry: Entry, known: Positions) -> bool:
    """Whether it holds a position that is not known yet."""
    held = known.get(entry.generation, {})
    return any(end > held.get(partition, 0) for partition, (_, end) in entry.ranges.items())
