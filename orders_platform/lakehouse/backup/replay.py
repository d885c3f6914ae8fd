"""Bronze made whole again from what was kept: a range of days or everything, as often as one likes.

What is missing between, what is broken, and what bronze holds with another body at the same position, is named before a row is
written. Then only rows are added that bronze lacks, by their positions; silver and gold follow by the same pass as ever.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from orders_platform.errors import PassRefused
from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.manifest import Entry, Ranges
from orders_platform.lakehouse.backup.reading import LeftOut, contradictions, faults, messages, read_manifest, sizes_of
from orders_platform.lakehouse.backup.store import Store
from orders_platform.lakehouse.backup.write import entry_place
from orders_platform.lakehouse.bronze import same_bodies
from orders_platform.lakehouse.bronze.fill import told_by_a_note
from orders_platform.lakehouse.bronze.table import ORDER_EVENTS
from orders_platform.lakehouse.bronze.taking import BACKUP, Taken, enveloped
from orders_platform.lakehouse.lake import Lake, Note, State
from orders_platform.lakehouse.report import Positions

_MOST_MESSAGES = 200_000
_MOST_TOLD = 5
# by generation and partition: the first position, and the one behind the last
Held = dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Range:
    """Days (UTC, by the hub's clock), both ends included; None: as far as there is anything."""

    first: date | None = None
    last: date | None = None

    def holds(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A part of what was kept, of one generation: its positions, and its messages as a way to read them."""

    generation: str
    ranges: Ranges
    newest: str
    messages: Callable[[], DataFrame]

    @property
    def count(self) -> int:
        """How many messages it holds."""
        return sum(end - first for first, end in self.ranges.values())


class Kept(Protocol):
    """What messages were kept in: our own backup, or Event Hubs Capture."""

    def parcels(self, spark: SparkSession, days: Range) -> list[Parcel]:
        """What it has of these days, oldest first. Raises PassRefused naming what is broken or missing in between."""


@dataclass(frozen=True, slots=True)
class OwnBackup:
    """The backup that our writer keeps."""

    store: Store

    def parcels(self, spark: SparkSession, days: Range) -> list[Parcel]:
        """Entries that touch the days, and all between them."""
        found = read_manifest(self.store)
        entries = list(_touching(found.entries, days))
        denied = contradictions(found)
        refuse_contradicting(
            [denied[place] for entry in entries if (place := (entry.kept_as, entry.number)) in denied],
            "Move the file that is wrong out of the manifest's folder; `orders-platform backup check` tells which bodies differ "
            "from bronze's",
        )
        lost = _perhaps_of_them(found.left_out, entries)
        refuse_broken([*lost, *manifest.holes(entries), *faults(entries, sizes_of(self.store, entries))])
        return [self._parcel(spark, group) for group in manifest.bounded(entries, _MOST_MESSAGES)]

    def _parcel(self, spark: SparkSession, group: list[Entry]) -> Parcel:
        newest = max(entry.newest for entry in group)
        return Parcel(group[0].generation, manifest.span(group), newest, lambda: messages(spark, self.store, group))


def refuse_broken(broken: list[str]) -> None:
    """Raise PassRefused that names what is broken, where anything is."""
    if broken:
        more = f"; and {len(broken) - _MOST_TOLD} more" if len(broken) > _MOST_TOLD else ""
        raise PassRefused(
            f"nothing was written, since what was kept is not whole: {'; '.join(broken[:_MOST_TOLD])}{more}. Put back what is "
            "missing, or replay the days before and behind it one after another"
        )


def refuse_contradicting(found: list[str], what_to_do: str) -> None:
    """Raise PassRefused that names what contradicts itself, where anything does."""
    if found:
        named = "; ".join(found[:_MOST_TOLD]) + ("; and more" if len(found) > _MOST_TOLD else "")
        raise PassRefused(f"nothing was written, since an equal position is not always an equal message: {named}. {what_to_do}")


def _touching(entries: Iterable[Entry], days: Range) -> Iterator[Entry]:
    """By generation: the entries from the first to the last that has messages of these days."""
    ordered = manifest.in_order(entries)
    wanted = [entry for entry in ordered if any(days.holds(day) for day in entry.days)]
    for entry in ordered:
        own = [each.number for each in wanted if each.kept_as == entry.kept_as]
        if own and own[0] <= entry.number <= own[-1]:
            yield entry


def _perhaps_of_them(left_out: Iterable[LeftOut], entries: Sequence[Entry]) -> Iterator[str]:
    """What the writer wrote, cannot be read, and may hold messages of these days: entries beside or among those that do."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        numbers[entry.kept_as].append(entry.number)
    for each in left_out:
        place = entry_place(each.name)
        if not place:
            continue
        kept_as, number = place
        near = numbers[kept_as]
        if not entries or (near and min(near) - 1 <= number <= max(near) + 1):
            yield f"{each.name} cannot be read: {each.reason}"


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay as bronze is filled by it.

    Attributes:
        beside_a_stream: whether a stream fills the same table meanwhile: what it has yet to bring is left to it.
    """

    kept: Kept
    days: Range = Range()
    beside_a_stream: bool = False


def drain(lake: Lake, source: Replay, state: State) -> Taken:
    """Add what bronze lacks. Raises PassRefused, before a row is written, where something is broken or would leave a hole."""
    told_by_a_note(lake, state)
    parcels = source.kept.parcels(lake.spark, source.days)
    held = _held(lake, state)
    refuse_broken(list(_apart(parcels, held)))
    _refuse_other_bodies(lake, parcels, held)
    taken = Taken(0, 0, state.note.positions)
    for parcel in parcels:
        taken = taken.then(_added(lake, parcel, taken.positions, held, beside=source.beside_a_stream))
    return taken


def _held(lake: Lake, state: State) -> Held:
    """First position that bronze has of each partition, and the one behind the last."""
    ends = state.note.positions
    if not ends:
        # no commit tells of any, so there are no rows: `told_by_a_note` has looked
        return {}
    rows = (
        lake.read(ORDER_EVENTS)
        .groupBy(F.lower("generation").alias("generation"), F.col("partition").cast("string").alias("partition"))
        .agg(F.min("sequence_number").alias("first"), F.max("sequence_number").alias("last"))
        .collect()
    )
    return {
        (row.generation, row.partition): (row.first, max(row.last + 1, ends.get(row.generation, {}).get(row.partition, 0)))
        for row in rows
    }


def _apart(parcels: Iterable[Parcel], held: Held) -> Iterator[str]:
    """Positions that would be missing in bronze between what it has and what is to be added."""
    spans: Held = {}
    for parcel in parcels:
        for partition, (first, end) in parcel.ranges.items():
            place = (parcel.generation, partition)
            low, high = spans.get(place, (first, end))
            spans[place] = (min(low, first), max(high, end))
    for place, (first, end) in sorted(spans.items()):
        low, high = held.get(place, (first, end))
        where = f"{place[0]}, partition {place[1]}"
        if first > high:
            yield f"{where}: bronze ends before {high}, and the range begins at {first}"
        if end < low:
            yield f"{where}: the range ends before {end}, and bronze begins at {low}"


def _refuse_other_bodies(lake: Lake, parcels: Iterable[Parcel], held: Held) -> None:
    """Raise PassRefused where bronze has another body at a position of a parcel: one of the two is of another origin."""
    for parcel in parcels:
        if not _overlaps(parcel, held):
            continue
        found = same_bodies.compared(lake, parcel.messages(), parcel.generation, parcel.ranges)
        refuse_contradicting(
            [f"bronze has another body at {position}" for position in found.sample],
            "What was kept, or bronze, is of another hub or generation; `orders-platform hub peek` shows what the hub holds. "
            "Replay into a lake of its own by --into, and compare; or put bronze back to a version from before it was filled so",
        )


def _overlaps(parcel: Parcel, held: Held) -> bool:
    """Whether bronze may have a position of it."""
    for partition, (first, end) in parcel.ranges.items():
        low, high = held.get((parcel.generation, partition), (end, first))
        if first < high and low < end:
            return True
    return False


def _added(lake: Lake, parcel: Parcel, positions: Positions, held: Held, *, beside: bool) -> Taken:
    """Append the rows of a parcel that bronze lacks, in one commit."""
    known = positions.get(parcel.generation, {})
    rows = parcel.messages()
    if _overlaps(parcel, held):
        there = same_bodies.there(lake, parcel.generation, parcel.ranges).select("partition", "sequence_number")
        rows = rows.join(there, ["partition", "sequence_number"], "left_anti")
    if beside:
        written = _append_below(lake, enveloped(rows, parcel.generation, BACKUP), known)
        return Taken(parcel.count, written, positions)
    ends = {**known, **{name: max(end, known.get(name, 0)) for name, (_, end) in parcel.ranges.items()}}
    before, after = lake.state(ORDER_EVENTS), {**positions, parcel.generation: ends}
    note = Note(positions=after, newest=max(parcel.newest, before.note.newest))
    lake.append(enveloped(rows, parcel.generation, BACKUP), ORDER_EVENTS, note)
    now = lake.state(ORDER_EVENTS, known=before)
    written = now.rows_written if now.version > before.version else 0
    return Taken(parcel.count, written, after if written else positions)


def _append_below(lake: Lake, rows: DataFrame, ends: Mapping[str, int]) -> int:
    """Append rows below these ends, and leave the note to the stream: this one would be older than the stream's next."""
    below = F.lit(False)
    for partition, end in ends.items():
        below = below | ((F.col("partition") == int(partition)) & (F.col("sequence_number") < end))
    missing = rows.where(below).persist()
    try:
        written = missing.count()
        if written:
            lake.append(missing, ORDER_EVENTS, None)
        return written
    finally:
        missing.unpersist()
