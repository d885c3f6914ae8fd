"""A backup in a folder beside a shop's hub, kept and looked over by the same code as anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from orders_platform.lakehouse.backup.manifest import Entry
from orders_platform.lakehouse.backup.reading import read_manifest
from orders_platform.lakehouse.backup.running import check_backup, run_backup
from orders_platform.lakehouse.backup.store import FolderStore, Store
from orders_platform.lakehouse.lake import Lake
from orders_platform.lakehouse.report import TableReport
from orders_platform_tests.lakehouse.conftest import Shop


@dataclass(frozen=True, slots=True)
class Keeping:
    """A backup, and the session that writes it."""

    lake: Lake
    store: Store

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return Path(self.store.place)

    @property
    def entries(self) -> list[Entry]:
        """What its manifest names."""
        return read_manifest(self.store).entries

    def keeps(self, shop: Shop) -> TableReport:
        """A run of the writer up to the hub's tail."""
        (report,) = run_backup(self.lake, self.store, lambda: shop.source, pass_id="b", stop=None)
        return report

    def looked_over(
        self, *, beside: Lake | None = None, today: date = date(2026, 1, 5), keep_days: int = 36_500
    ) -> Mapping[str, Mapping[str, Any]]:
        """What the checks say of all that is kept, by name; compared with the bronze of a lake where one is given."""
        lake = (lambda: beside) if beside else None
        (report,) = check_backup(self.store, lake, pass_id="c", keep_days=keep_days, today=today)
        return {check.name: {"passed": check.passed, **check.metadata} for check in report.checks}

    def parquet(self) -> list[Path]:
        """All its data files, whether named or not."""
        return sorted(self.folder.glob("data/**/*.parquet"))

    def manifest(self) -> list[Path]:
        """All files in the manifest's folder."""
        return sorted(self.folder.glob("manifest/*/*.json"))


def keeping_in(lake: Lake, folder: Path) -> Keeping:
    """A backup in a folder, which need not be there yet."""
    return Keeping(lake, FolderStore(str(folder)))
