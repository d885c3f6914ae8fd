"""Takes a hub whose data is damaged back into service: each whole record is kept, what is damaged is set aside, never deleted.

A partition with damage is written anew, its records numbered without a gap. So its positions mean other events than before, and
the hub begins a new generation. It is written beside the old one, then put in its place; a repair that is cut off is begun again.
"""

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from orders_platform.emulators.data_folder import locked_folder
from orders_platform.emulators.eventhubs.acknowledged import AcknowledgedEnd
from orders_platform.emulators.eventhubs.facts import DamagedData, Facts, read_facts, write_facts
from orders_platform.emulators.eventhubs.layout import (
    DAMAGED,
    FACTS,
    REPAIRED,
    hub_folders,
    partition_folders,
    segment_paths,
    sync_names,
)
from orders_platform.emulators.eventhubs.log import LogOptions, PartitionLog
from orders_platform.emulators.eventhubs.message import StampedPlace, stamped_places
from orders_platform.emulators.eventhubs.opening import check_log
from orders_platform.emulators.eventhubs.segment import whole_records_of
from orders_platform.errors import EnvironmentFault, InputError


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of a part of a hub that was damaged.

    Attributes:
        part: the partition's number, or the name of the hub's own file.
        kept: events that were whole.
        missing: events that were not, or are not there, as far as can be told.
        set_aside: where all is that stood there before.
    """

    hub: str
    part: str
    kept: int
    missing: int
    set_aside: str


def repair_hubs(data: Path, now_ms: int, *, begins_anew: bool = False) -> list[Mended]:
    """Mend every hub of a data directory; where nothing is damaged nothing is touched, unless a new generation is asked for.

    Raises InputError where no hub is, EnvironmentFault where another process has the directory or the disk refuses.
    """
    folders = sorted(each for each in hub_folders(data).glob("*") if each.is_dir())
    if not folders:
        raise InputError(f"{data} holds no hub: give the --data of the hub that is damaged")
    with locked_folder(data, holds="the hub's data", user="hub process"):
        try:
            return [mended for hub in folders for mended in _repaired(hub, now_ms, begins_anew=begins_anew)]
        except OSError as fault:
            raise EnvironmentFault(
                f"{data} cannot be written ({fault.strerror}): nothing is lost; make room, and run this again"
            ) from fault


def _repaired(hub: Path, now_ms: int, *, begins_anew: bool) -> list[Mended]:
    mended = list(_ended(hub))
    facts = _facts(hub)
    damaged = [folder for folder in partition_folders(hub) if _is_damaged(folder)]
    if facts and not (damaged or begins_anew):
        return mended
    if facts is None:
        mended += _facts_set_aside(hub, now_ms)
    written = [_written_anew(folder, now_ms) for folder in damaged]
    # before any position means another event; nobody knows the new generation yet, so nothing of it can have been lost
    created_ms, partitions = (facts.created_ms + 1, facts.partitions) if facts else (0, _partitions(hub))
    write_facts(hub, Facts(max(now_ms, created_ms), partitions))
    for each in written:
        _put_in_place(hub / each.part, Path(each.set_aside))
    return mended + written


def _ended(hub: Path) -> Iterator[Mended]:
    """A repair that was cut off: what it had written takes its place where it had set the partition aside, and else is let go."""
    for draft in sorted(hub.glob(f"*{REPAIRED}")):
        partition = draft.with_suffix("")
        if partition.exists():
            shutil.rmtree(draft)
            continue
        draft.rename(partition)
        aside = max(hub.glob(f"{partition.name}{DAMAGED}*"), default=partition)
        with closing(PartitionLog(partition, LogOptions())) as log:
            yield _mended(partition, aside, _reach(aside) - log.next, kept=log.next)


def _facts(hub: Path) -> Facts | None:
    try:
        return read_facts(hub)
    except DamagedData:
        return None


def _facts_set_aside(hub: Path, now_ms: int) -> Iterator[Mended]:
    """Of a hub without its file, what it says is told by its partitions."""
    path = hub / FACTS
    aside = hub / f"{FACTS}{DAMAGED}{now_ms}"
    if path.exists():
        path.rename(aside)
    yield Mended(hub.name, FACTS, 0, 0, str(aside) if aside.exists() else "")


def _partitions(hub: Path) -> int:
    return max((int(folder.name) + 1 for folder in partition_folders(hub)), default=0)


def _is_damaged(partition: Path) -> bool:
    try:
        check_log(partition)
    except DamagedData:
        return True
    return False


def _written_anew(partition: Path, now_ms: int) -> Mended:
    """Write the partition's whole records beside it."""
    with closing(PartitionLog(partition.with_name(f"{partition.name}{REPAIRED}"), LogOptions())) as log:
        for path in segment_paths(partition):
            for stored in whole_records_of(path):
                log.append([stored.message], stored.enqueued_ms)
        log.sync()
        aside = partition.with_name(f"{partition.name}{DAMAGED}{now_ms}")
        return _mended(partition, aside, _reach(partition) - log.next, kept=log.next)


def _mended(partition: Path, aside: Path, missing: int, *, kept: int) -> Mended:
    return Mended(partition.parent.name, partition.name, kept, missing, str(aside))


def _reach(partition: Path) -> int:
    """How many records there once were, as far as the files tell: from the first of the oldest file to the furthest known end."""
    paths = segment_paths(partition)
    ends = (place.sequence + 1 for path in paths for stored in whole_records_of(path) for place in _place(stored.message))
    with closing(AcknowledgedEnd(partition)) as acknowledged:
        return max(acknowledged.before or 0, max(ends, default=0)) - int(paths[0].stem)


def _place(message: bytes) -> Iterator[StampedPlace]:
    return islice(stamped_places(message, 0), 1)


def _put_in_place(partition: Path, aside: Path) -> None:
    partition.rename(aside)
    partition.with_name(f"{partition.name}{REPAIRED}").rename(partition)
    sync_names(partition.parent)
