"""The newest part of the ledger, read again and again: each of its files is parsed once."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from orders_platform.lakehouse import ledger
from orders_platform.lakehouse.catalog import BY_KEY
from orders_platform.lakehouse.report import TableReport

# so far it looks back for a table that nothing has filled lately
_MOST_FILES: Final = 300
_Told = tuple[int, list[TableReport]]


class LedgerWindow:
    """A ledger's folder, looked at from its end."""

    def __init__(self, folder: Path) -> None:
        """Read nothing yet."""
        self._folder = folder
        self._parsed: dict[str, _Told] = {}

    def reports(self, since: datetime) -> list[TableReport]:
        """Entries of files written since then; older ones only until every table was met. Oldest first."""
        found: list[TableReport] = []
        kept: dict[str, _Told] = {}
        for place, file in enumerate(self._newest_first()):
            stat = file.stat()
            is_old = stat.st_mtime < since.timestamp()
            if is_old and (place >= _MOST_FILES or {report.table for report in found} >= BY_KEY.keys()):
                break
            known = self._parsed.get(file.path)
            is_known = known and known[0] == stat.st_mtime_ns
            kept[file.path] = known if known and is_known else (stat.st_mtime_ns, ledger.parse(Path(file.path).read_text()))
            found += kept[file.path][1]
        self._parsed = kept
        return sorted(found, key=lambda report: report.finished_at)

    def _newest_first(self) -> Iterator[os.DirEntry[str]]:
        for day in sorted((each for each in _entries(self._folder) if each.is_dir()), key=lambda day: day.name, reverse=True):
            told = [each for each in _entries(day.path) if each.name.endswith(".json") and each.is_file()]
            yield from sorted(told, key=lambda file: file.stat().st_mtime_ns, reverse=True)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return list(found)
    except FileNotFoundError:
        return []
