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
_LAST_PORT = 65_535
# azurite's one account, and what Spark calls its host; the address behind it is a setting
EMULATOR_ACCOUNT = "devstoreaccount1"
EMULATOR_HOST = f"{EMULATOR_ACCOUNT}.dfs.core.windows.net"


@dataclass(frozen=True, slots=True)
class BackupSettings:
    """The parquet backup of the hub.

    Attributes:
        place: a folder (on Databricks one in a volume, `/Volumes/...`) or `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX`;
            None: there is no backup.
        roads: one of ROADS.
        days: how long files are kept; longer than any hub keeps its messages.
        emulator: `host:port` of the azurite on this machine that stands in for Azure; None: there is none.
    """

    place: str | None
    roads: str
    days: int
    emulator: str | None = None

    def need_place(self) -> str:
        """Where the backup lies. Raises SettingsError where none is named."""
        if self.place is None:
            raise SettingsError("no backup is named: set ORDERS_BACKUP to a folder, or to abfss://CONTAINER@ACCOUNT.dfs...")
        return self.place

    @property
    def is_container(self) -> bool:
        """Whether it lies in a blob container, not in a folder."""
        return self.place is not None and not self.place.startswith("/")

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
    place, emulator = env.get("ORDERS_BACKUP", ""), env.get("ORDERS_BLOB_EMULATOR", "")
    checks = (
        (
            _is_place(place),
            "ORDERS_BACKUP is neither a folder's whole path nor abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX",
        ),
        (env.get("ORDERS_ROADS", HUB) in ROADS, f"ORDERS_ROADS is none of {', '.join(ROADS)}"),
        (
            env.get("ORDERS_ROADS") not in (BACKUP, BOTH) or bool(place),
            f"ORDERS_ROADS is {env.get('ORDERS_ROADS')}, but ORDERS_BACKUP names no backup",
        ),
        (
            _is_loopback(emulator),
            "ORDERS_BLOB_EMULATOR is not 127.0.0.1:PORT: it is an azurite on this machine, whose key everybody knows",
        ),
        (
            not place.startswith("abfs") or bool(emulator) == (f"@{EMULATOR_HOST}/" in f"{place}/"),
            f"ORDERS_BACKUP and ORDERS_BLOB_EMULATOR contradict: only an emulator has abfs://CONTAINER@{EMULATOR_HOST}/",
        ),
        (
            not (emulator and place.startswith("abfss:")),
            "ORDERS_BACKUP begins with abfss, but the emulator of ORDERS_BLOB_EMULATOR does not encrypt: write abfs",
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
        emulator=env.get("ORDERS_BLOB_EMULATOR") or None,
    )


def _is_place(text: str) -> bool:
    return not text or text.startswith("/") or re.fullmatch(r"abfss?://[^/@]+@[^/]+\.dfs\.[^/]+(/.*)?", text) is not None


def _is_loopback(text: str) -> bool:
    """Whether it is an address of this machine, or nothing."""
    found = re.fullmatch(r"(?:127\.0\.0\.1|localhost):(\d{1,5})", text)
    return not text or (found is not None and 0 < int(found[1]) <= _LAST_PORT)
