"""The ledger: one small JSON file a pass, in a folder by day, so that a pass pays no Delta commit to tell what it did."""

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from orders_platform.lakehouse.places import ledger_folder
from orders_platform.lakehouse.report import CheckResult, TableReport

_FIELDS: Final = frozenset(field.name for field in fields(TableReport))


def write(lake: str, pass_id: str, reports: Iterable[TableReport], *, started_at: datetime) -> Path:
    """Write a pass as told so far; aside and renamed, so that no reader sees half a file."""
    folder = ledger_folder(lake) / f"{started_at.astimezone(UTC):%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pass_id}.json"
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"pass_id": pass_id, "tables": [asdict(report) for report in reports]}, default=_text))
    return aside.replace(path)


def new_pass_id() -> str:
    """A name for a pass that nobody named: an entry of this name is of no run of Dagster's, and is shown there all the same."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def _now() -> datetime:
    return datetime.now(UTC)


class MinuteBook:
    """Entries of a job that runs all along: a file a minute, since one for each batch would be thousands a day."""

    def __init__(self, lake: str, kind: str, now: Callable[[], datetime] = _now) -> None:
        """Keep the entries of one `kind` of batches; another start of the job never writes into the same file."""
        self._lake, self._kind, self._now = lake, kind, now
        self._minute = self._begun = ""
        self._told: list[TableReport] = []

    def add(self, reports: Iterable[TableReport]) -> None:
        """Enter a batch."""
        now = self._now()
        minute = f"{now:%Y%m%dT%H%M}"
        if minute < self._minute or not self._begun:
            # after a clock was set back, too: the same minute comes again, and its file is there
            self._begun = f"{now:%H%M%S%f}"
        if minute != self._minute:
            self._minute, self._told = minute, []
        self._told += reports
        write(self._lake, f"{minute}-{self._kind}-{self._begun}", self._told, started_at=now)


def read(lake: str, warn: Callable[[str], None] = lambda _: None) -> Iterator[TableReport]:
    """Every table's part in every pass, oldest day first; `warn` is told of each file that is damaged, and left out."""
    for path in sorted(ledger_folder(lake).glob("*/*.json")):
        told = _parsed(path.read_text(errors="replace"))
        if told is None:
            warn(
                f"{path} is no entry of the ledger, and is left out: the tables are as they are; remove it to hear no more of it"
            )
        yield from told or ()


def read_pass(lake: str, pass_id: str) -> list[TableReport]:
    """What a pass has told so far, in its own order; nothing of a pass that is not known."""
    found = sorted(ledger_folder(lake).glob(f"*/{pass_id}.json"))
    return [report for path in found for report in parse(path.read_text(errors="replace"))]


def parse(text: str) -> list[TableReport]:
    """The entries of one file; nothing where it is damaged: passes behind it tell of themselves elsewhere, too."""
    return _parsed(text) or []


def _parsed(text: str) -> list[TableReport] | None:
    try:
        return [_report(told) for told in json.loads(text)["tables"]]
    except (ValueError, KeyError, TypeError):
        return None


def _report(told: dict[str, Any]) -> TableReport:
    """What a later release adds to an entry is left out: a folder is read by whoever shares it."""
    checks = tuple(CheckResult(**check) for check in told["checks"])
    known = {name: value for name, value in told.items() if name in _FIELDS}
    return TableReport(**{**known, "finished_at": datetime.fromisoformat(told["finished_at"]), "checks": checks})


def _text(value: datetime) -> str:
    return value.isoformat()
