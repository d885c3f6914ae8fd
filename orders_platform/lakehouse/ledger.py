"""The ledger: one small JSON file a pass, in a folder by day, so that a pass pays no Delta commit to tell what it did."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orders_platform.lakehouse.report import CheckResult, TableReport


def write(lake_folder: Path, pass_id: str, reports: Iterable[TableReport], *, started_at: datetime) -> Path:
    """Write a pass as told so far; aside and renamed, so that no reader sees half a file."""
    folder = lake_folder / "ops" / "ledger" / f"{started_at.astimezone(UTC):%Y-%m-%d}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{pass_id}.json"
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps({"pass_id": pass_id, "tables": [asdict(report) for report in reports]}, default=_text))
    return aside.replace(path)


def read(lake_folder: Path) -> Iterator[TableReport]:
    """Every table's part in every pass, oldest day first."""
    for path in sorted((lake_folder / "ops" / "ledger").glob("*/*.json")):
        for told in json.loads(path.read_text())["tables"]:
            yield _report(told)


def _report(told: dict[str, Any]) -> TableReport:
    checks = tuple(CheckResult(**check) for check in told["checks"])
    return TableReport(**{**told, "finished_at": datetime.fromisoformat(told["finished_at"]), "checks": checks})


def _text(value: datetime) -> str:
    return value.isoformat()
