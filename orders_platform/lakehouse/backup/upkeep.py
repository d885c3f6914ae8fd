"""What is past its time leaves the backup; what no entry names is told, and removed where the writer itself left it behind."""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby, takewhile
from operator import attrgetter

from orders_platform.lakehouse.backup import manifest
from orders_platform.lakehouse.backup.manifest import Entry
from orders_platform.lakehouse.backup.store import Store, Stored
from orders_platform.lakehouse.backup.write import DATA, entry_name

# No attempt of the writer lasts as long; a file that is younger may be named any moment.
_LEFT_BEHIND_SECONDS = timedelta(days=2).total_seconds()
_WRITERS_OWN = re.compile(rf"{DATA}/generation=[^/]+/day=[\d-]+/hour=\d\d/batch=[0-9a-f]{{32}}/[^/]+")


def unnamed(entries: Iterable[Entry], stored: Iterable[Stored]) -> Iterator[str]:
    """Files among the data that no entry names, a sentence each: they are never read."""
    named = {file.name for entry in entries for file in entry.files}
    for file in stored:
        if file.name not in named:
            yield f"{file.name} is left out: no entry of the manifest names it"


def retire(
    store: Store, entries: Sequence[Entry], stored: Iterable[Stored], *, today: date, keep_days: int, is_whole: bool
) -> int:
    """Remove a generation's oldest entries, those past their time, and the writer's own leftovers. Returns how many files went.

    One that is past its time behind one that is not (a clock that was wrong) stays with it: no hole comes about. The entry goes
    before its files: an entry never names what is not there. A generation's newest one stays, since the writer goes on from it.
    Leftovers stay unless the manifest `is_whole`: an entry that is lost or cannot be read may be of them.
    """
    limit = today - timedelta(days=keep_days)
    old = list(_past_their_time(manifest.in_order(entries), limit))
    for entry in old:
        store.remove(entry_name(entry))
        for file in entry.files:
            store.remove(file.name)
    left = [file.name for file in _left_behind(entries, stored)] if is_whole else []
    for name in left:
        store.remove(name)
    return sum(1 + len(entry.files) for entry in old) + len(left)


def _past_their_time(ordered: Iterable[Entry], limit: date) -> Iterator[Entry]:
    for _, own in groupby(ordered, key=attrgetter("kept_as")):
        *elder, _ = own
        yield from takewhile(lambda entry: max(entry.days, default=limit) < limit, elder)


def _left_behind(entries: Iterable[Entry], stored: Iterable[Stored]) -> Iterator[Stored]:
    named = {file.name for entry in entries for file in entry.files}
    limit = time.time() - _LEFT_BEHIND_SECONDS
    for file in stored:
        if file.name not in named and file.changed_at < limit and _WRITERS_OWN.fullmatch(file.name):
            yield file
