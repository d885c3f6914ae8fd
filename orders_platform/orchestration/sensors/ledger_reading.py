"""What a job that runs all along has entered in its ledger since the last look, table by table."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.files import DirectoryEntry

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.orchestration.databricks.folders import VolumeFolder

_VERSION: Final = 1
# An entry may grow, and one that began earlier may come later: so far back they are looked at again.
_WINDOW: Final = timedelta(minutes=15)
_MOST_FILES: Final = 200
# Of an entry that was removed between two looks.
_NOTHING: Final = '{"tables": []}'
_BEGINS: Final = "%Y%m%dT%H%M"
_LENGTH: Final = len("20260102T0304")
# Passes of Dagster's own runs are entered under the run's id: the runs themselves report those.
_OF_A_JOB: Final = re.compile(r"/\d{8}T\d{4}[^/]*\.json$")


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as it was read last.

    Attributes:
        reports: how many it had.
        stamp: its size and time, which change when something is added.
    """

    reports: int = 0
    stamp: str = ""


@dataclass(frozen=True, slots=True)
class LedgerCursor:
    """Which entries were seen, by `day/name`; those that nothing is added to any more are forgotten."""

    seen: Mapping[str, Seen] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "LedgerCursor":
        """Read a cursor; one of another version, or damaged, is forgotten: Dagster's own records say what it knows already."""
        try:
            told = json.loads(text or "{}")
            known = isinstance(told, dict) and told.get("version") == _VERSION
            return cls({str(name): Seen(**entry) for name, entry in told["seen"].items()}) if known else cls()
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def text(self) -> str:
        """As `parse` reads it."""
        return json.dumps({"version": _VERSION, "seen": {name: asdict(entry) for name, entry in self.seen.items()}})

    @property
    def since(self) -> str:
        """Entries that began before this are done with."""
        newest = max((_began(name) for name in self.seen), default="")
        return (datetime.strptime(newest, _BEGINS) - _WINDOW).strftime(_BEGINS) if newest else ""  # noqa: DTZ007  names are in UTC


def new_reports(client: WorkspaceClient, folder: str, cursor: LedgerCursor) -> tuple[list[TableReport], LedgerCursor]:
    """Reports that the cursor has not seen, as they finished, and the cursor that has."""
    found: list[TableReport] = []
    seen = dict(cursor.seen)
    changed = [(name, stamp) for name, stamp in _entries(client, folder, cursor.since) if seen.get(name, Seen()).stamp != stamp]
    files = VolumeFolder(folder, client)
    for name, stamp in changed[:_MOST_FILES]:
        reports = ledger.parse(files.read(name) or _NOTHING)
        found += reports[seen.get(name, Seen()).reports :]
        seen[name] = Seen(len(reports), stamp)
    since = LedgerCursor(seen).since
    kept = {name: entry for name, entry in seen.items() if _began(name) >= since}
    return sorted(found, key=attrgetter("finished_at")), LedgerCursor(kept)


def merged(reports: Iterable[TableReport]) -> list[TableReport]:
    """One report a table: the last one, with the rows of all; a check that failed in between is kept before its last answer."""
    # a look at a table takes longer than a batch, and may end after a newer one
    in_order = sorted(reports, key=attrgetter("table", "version", "finished_at"))
    by_table = groupby(in_order, key=attrgetter("table"))
    return [_one(list(group)) for _, group in by_table]


def _one(reports: list[TableReport]) -> TableReport:
    last = reports[-1]
    return replace(
        last,
        rows_in=sum(report.rows_in for report in reports),
        written=sum(report.written for report in reports),
        duplicates=sum(report.duplicates for report in reports),
        quarantined=sum(report.quarantined for report in reports),
        positions_from=reports[0].positions_from,
        seconds=sum(report.seconds for report in reports),
        checks=tuple(_edges([check for report in reports for check in report.checks])),
    )


def _edges(answers: list[CheckResult]) -> list[CheckResult]:
    """Of each check the answers that differ from the one before: no failure is lost, no repetition kept."""
    kept: list[CheckResult] = []
    for _, group in groupby(sorted(answers, key=attrgetter("name")), key=attrgetter("name")):
        kept += [next(same) for _, same in groupby(list(group)[::-1], key=attrgetter("passed"))][::-1]
    return kept


def _entries(client: WorkspaceClient, folder: str, since: str) -> list[tuple[str, str]]:
    """Entries by `day/name` with their stamps, oldest first, those that began at `since` or later; without it, the last day's."""
    every_day = sorted(day.name for day in _listed(client, folder) if day.name)
    days = [day for day in every_day if day >= f"{since[:4]}-{since[4:6]}-{since[6:8]}"] if since else every_day[-1:]
    found = [(f"{day}/{entry.name}", entry) for day in days for entry in _listed(client, f"{folder}/{day}")]
    return sorted(
        (name, f"{entry.last_modified}:{entry.file_size}")
        for name, entry in found
        if _OF_A_JOB.search(name) and _began(name) >= since
    )


def _listed(client: WorkspaceClient, folder: str) -> list[DirectoryEntry]:
    try:
        return list(client.files.list_directory_contents(folder))
    except NotFound:
        return []


def _began(name: str) -> str:
    return name.rpartition("/")[2][:_LENGTH]
