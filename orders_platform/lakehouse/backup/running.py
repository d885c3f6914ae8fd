"""The backup at work: its runs and its look over all that it keeps, told as a table's part in a pass is."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

from orders_platform.lakehouse.backup import manifest, upkeep, write
from orders_platform.lakehouse.backup.comparing import beside_bronze
from orders_platform.lakehouse.backup.reading import contradictions, faults, read_manifest
from orders_platform.lakehouse.backup.store import Store
from orders_platform.lakehouse.checks import BACKUP_TABLE, result
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.report import CheckResult, Positions, TableReport
from orders_platform.lakehouse.source import HubSource
from orders_platform.lakehouse.turn import own_turn

_EVERY_SECONDS = 60.0
_SAMPLE = 5


def run_backup(
    lake: Lake, store: Store, hub: Callable[[], HubSource], *, pass_id: str, stop: threading.Event | None
) -> Iterator[TableReport]:
    """Keep what the hub has, and tell of it; with `stop`, again every minute until it is set.

    Raises what the writer raises. Of `lake` only the session and its lock are used.
    """
    with own_turn(lake, "backup"):
        yield _kept(lake, store, hub(), pass_id)
        while stop and not stop.wait(_EVERY_SECONDS):
            yield _kept(lake, store, hub(), pass_id)


def _kept(lake: Lake, store: Store, source: HubSource, pass_id: str) -> TableReport:
    started = time.monotonic()
    before = write.last_entry(store, source.generation)
    taken, last = write.drain(lake.spark, store, source)
    behind = sum(max(0, tail - last.ends.get(name, 0)) for name, tail in source.tails.items())
    grown = sum(end - before.ends.get(name, 0) for name, end in last.ends.items()) if before.ends else taken.written
    checks = (
        result(BACKUP_TABLE, "positions_complete", passed=grown == taken.written, positions=grown, messages=taken.written),
        result(BACKUP_TABLE, "at_the_tail", passed=not behind, behind=behind),
    )
    return _report(
        pass_id,
        started,
        counts=(taken.offered, taken.written),
        positions=({source.generation: before.ends}, {source.generation: last.ends}),
        last=last,
        checks=checks,
    )


def check_backup(
    store: Store, lake: Callable[[], Lake] | None, *, pass_id: str, keep_days: int, today: date, since: date | None = None
) -> Iterator[TableReport]:
    """Look over all that is kept, and remove what is past its time; what is missing or broken is named by the checks.

    Args:
        lake: whose bronze must have the same bodies; None: there is none.
        since: the day from which on bodies are compared; None: all.
    """
    started = time.monotonic()
    found, stored = read_manifest(store), store.files(write.DATA)
    sizes = {file.name: file.bytes for file in stored}
    ordered = manifest.in_order(found.entries)
    broken = [*contradictions(found).values(), *manifest.holes(ordered), *faults(ordered, sizes)]
    beside = [] if lake is None else [beside_bronze(lake(), store, ordered, sizes, since=since)]
    foreign = [*found.set_aside, *upkeep.unnamed(found.entries, stored)]
    is_whole = not (broken or found.set_aside)
    removed = upkeep.retire(store, found.entries, stored, today=today, keep_days=keep_days, is_whole=is_whole)
    ends = manifest.ends(found.entries)
    checks = (
        result(BACKUP_TABLE, "all_there", passed=not broken, broken=len(broken), sample=broken[:_SAMPLE]),
        result(
            BACKUP_TABLE, "nothing_foreign", passed=not foreign, left_out=len(foreign), sample=foreign[:_SAMPLE], removed=removed
        ),
        *beside,
    )
    newest = max((entry.newest for entry in found.entries), default="")
    last = write.Last("", max((entry.number for entry in found.entries), default=-1), {}, newest)
    yield _report(pass_id, started, counts=(0, 0), positions=(ends, ends), last=last, checks=checks)


def _report(
    pass_id: str,
    started: float,
    *,
    counts: tuple[int, int],
    positions: tuple[Positions, Positions],
    last: write.Last,
    checks: tuple[CheckResult, ...],
) -> TableReport:
    finished_at = datetime.now(UTC)
    offered, written = counts
    return TableReport(
        pass_id=pass_id,
        table=BACKUP_TABLE,
        rows_in=offered,
        written=written,
        duplicates=offered - written,
        quarantined=0,
        positions_from=positions[0],
        positions_to=positions[1],
        version=last.number,
        row_count=None,
        lag_seconds=(finished_at - datetime.fromisoformat(last.newest)).total_seconds() if last.newest else None,
        seconds=round(time.monotonic() - started, 3),
        finished_at=finished_at,
        checks=checks,
    )
