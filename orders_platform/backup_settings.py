"""The Blob road: the part of the settings that says where the backup lies and by which roads bronze is filled."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from orders_platform.errors import SettingsError

# How bronze is filled: from the hub, from the backup's files, or from both.
ROADS = HUB, BACKUP, BOTH = "hub", "backup", "both"
_DAYS = "400"
# Event Hubs keeps messages for 90 days at most, in its premium and dedicated tiers:
# https://learn.microsoft.com/azure/event-hubs/event-hubs-quotas
_HUB_KEEPS_DAYS = 90


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """The parquet backup of the hub.

    Attributes:
        place: a folder (on Databricks one in a volume, `/Volumes/...`) or `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX`;
            None: there is no backup.
        roads: one of ROADS.
        days: how long files are kept; longer than any hub keeps its messages.
    """

    place: str | None
    roads: str
    days: int

    def need_place(self) -> str:
        """Where the backup lies. Raises SettingsError where none is named."""
        if self.place is None:
            raise SettingsError("no backup is named: set ORDERS_BACKUP to a folder, or to abfss://CONTAINER@ACCOUNT.dfs...")
        return self.place

    @property
    def takes_hub(self) -> bool:
        """Whether a pass reads the hub."""
        return self.roads != BACKUP

    @property
    def takes_files(self) -> bool:
        """Whether a pass reads the backup's files."""
        return self.roads != HUB


def backup_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with them, a sentence each."""
    days = env.get("ORDERS_BACKUP_DAYS") or _DAYS
    checks = (
        (
            _is_place(env.get("ORDERS_BACKUP", "")),
            "ORDERS_BACKUP is neither a folder's whole path nor abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX",
        ),
        (env.get("ORDERS_ROADS", HUB) in ROADS, f"ORDERS_ROADS is none of {', '.join(ROADS)}"),
        (
            env.get("ORDERS_ROADS") not in (BACKUP, BOTH) or bool(env.get("ORDERS_BACKUP")),
            f"ORDERS_ROADS is {env.get('ORDERS_ROADS')}, but ORDERS_BACKUP names no backup",
        ),
        (
            days.isdecimal() and int(days) > _HUB_KEEPS_DAYS,
            f"ORDERS_BACKUP_DAYS is no number above {_HUB_KEEPS_DAYS}: a hub may keep as much, and a backup must outlast it",
        ),
    )
    return [fault for holds, fault in checks if not holds]


def backup_settings(env: Mapping[str, str]) -> BackupSettings:
    """Settings of the backup out of `env`, which has no fault."""
    return BackupSettings(
        place=env.get("ORDERS_BACKUP", "").rstrip("/") or None,
        roads=env.get("ORDERS_ROADS", HUB),
        days=int(env.get("ORDERS_BACKUP_DAYS") or _DAYS),
    )


def _is_place(text: str) -> bool:
    return not text or text.startswith("/") or re.fullmatch(r"abfss?://[^/@]+@[^/]+\.dfs\.[^/]+(/.*)?", text) is not None
