"""What was entered in the ledger since the last look, table by table: by a job that runs all along, or by hand.

Entries have the time of their making in their names. Where that lies in the future, a clock stood ahead when they were made:
whatever comes now is looked at all the same.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Final

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.report import CheckResult, TableReport
from orders_platform.orchestration.sensors.ledger_files import LedgerFiles

_VERSION: Final = 1
# An entry may grow, and one that began earlier may come later: so far back they are looked at again.
_WINDOW: Final = timedelta(minutes=15)
_MOST_FILES: Final = 200
# Of an entry that was removed between two looks.
_NOTHING: Final = '{"tables": []}'
_BEGINS: Final = "%Y%m%dT%H%M"
_LENGTH: Final = len("20260102T0304")
# Passes of Dagster's own runs are entered under the run's id: the runs themselves report those.
_NOT_OF_A_RUN: Final = re.compile(r"/\d{8}T\d{4}[^/]*\.json$")


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
            entries = told["seen"].items() if known else ()
            return cls({name: Seen(int(one["reports"]), str(one["stamp"])) for name, one in entries if _began(name)})
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            return cls()

    def text(self) -> str:
        """As `parse` reads it."""
        return json.dumps({"version": _VERSION, "seen": {name: asdict(entry) for name, entry in self.seen.items()}})

    def since(self, now: datetime) -> datetime | None:
        """Entries that began before this are done with; None where nothing was seen yet."""
        began = [at for at in map(_began, self.seen) if at]
        return min(max(began), now) - _WINDOW if began else None


def new_reports(files: LedgerFiles, cursor: LedgerCursor, now: datetime) -> tuple[list[TableReport], LedgerCursor]:
    """Reports that the cursor has not seen, as they finished, and the cursor that has."""
    found: list[TableReport] = []
    seen = dict(cursor.seen)
    entries = _entries(files, cursor.since(now), now)
    changed = [(name, stamp) for name, stamp in entries if seen.get(name, Seen()).stamp != stamp]
    for name, stamp in changed[:_MOST_FILES]:
        reports = ledger.parse(files.read(name) or _NOTHING)
        found += reports[max(0, seen.get(name, Seen()).reports) :]
        seen[name] = Seen(len(reports), stamp)
    kept = {name: entry for name, entry in seen.items() if _is_since(name, LedgerCursor(seen).since(now))}
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


def _entries(files: LedgerFiles, since: datetime | None, now: datetime) -> list[tuple[str, str]]:
    """Entries by `day/name` with their stamps, oldest first, those that began at `since` or later; without it, the last day's."""
    every_day = files.days()
    first = f"{since:%Y-%m-%d}" if since else max((day for day in every_day if day <= f"{now:%Y-%m-%d}"), default="")
    found = (entry for day in every_day if day >= first for entry in files.entries(day))
    return sorted((name, stamp) for name, stamp in found if _NOT_OF_A_RUN.search(name) and _is_since(name, since))


def _is_since(name: str, since: datetime | None) -> bool:
    began = _began(name)
    return began is not None and (since is None or began >= since)


def _began(name: str) -> datetime | None:
    try:
        return datetime.strptime(name.rpartition("/")[2][:_LENGTH], _BEGINS).replace(tzinfo=UTC)
    except ValueError:
        return None
