"""Folders of tables, backups and jars: names that all who read them take alike, and names that they do not."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orders_platform.errors import SettingsError

# Measured with Spark 4.2, Hadoop 3.5, delta-rs 1.6: delta-rs finds no history behind # and ?, and takes \ for / and %2F for what
# it stands for; SQL ends a name at `; Spark puts a variable in for ${...}; nobody takes control characters, or bytes that are no
# UTF-8.
_UNREADABLE: Final = r"[#?\\`\x00-\x1f\x7f\ud800-\udfff]|%[0-9A-Fa-f]{2}|\$\{"


@dataclass(frozen=True, slots=True)
class Names:
    """Paths of one kind.

    Attributes:
        refused: finds what such a path may not hold.
        words: the same for people.
    """

    refused: re.Pattern[str]
    words: str = "#, ?, \\, `, ${, control characters and % before two digits"


# tables are read by their logs
TABLES: Final = Names(re.compile(_UNREADABLE))
# to Spark's reader of files a path may be a pattern, which other folders match, or none
FILES: Final = Names(re.compile(rf"{_UNREADABLE}|[\[{{*]"), f"[, {{, *, {TABLES.words}")
# the catalog of Spark's own makes its first database at an address, which it takes for a path
CATALOGS: Final = Names(re.compile(r"[^A-Za-z0-9_.~/-]"), "anything but letters of ASCII, digits, . _ ~ and -")
# Spark takes them as a list
JARS: Final = Names(re.compile(rf"{_UNREADABLE}|[\[{{*,]"), f"commas, {FILES.words}")


def home_folder(env: Mapping[str, str]) -> Path:
    """The folder that keeps everything."""
    return Path(env.get("ORDERS_HOME") or ".orders").absolute()


def lake_place(env: Mapping[str, str]) -> str:
    """The lake's folder, whole, since work is done in other folders than this one; or its catalog."""
    named = env.get("ORDERS_LAKE")
    if not named:
        return str(home_folder(env) / "lake")
    return str(Path(named).absolute()) if "/" in named else named


def path_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with them, a sentence each."""
    lake = "ORDERS_LAKE" if env.get("ORDERS_LAKE") else "ORDERS_HOME"
    return [*_faults(lake, lake_place(env), TABLES), *_faults("ORDERS_BACKUP", env.get("ORDERS_BACKUP", ""), FILES)]


def need_folder(named_by: str, folder: Path, names: Names = TABLES) -> Path:
    """The folder that an option or a variable names, whole. Raises SettingsError where its files would not be read again."""
    fault = next(_faults(named_by, str(folder.absolute()), names), None)
    if fault:
        raise SettingsError(fault)
    return folder.absolute()


def _faults(named_by: str, place: str, names: Names) -> Iterator[str]:
    found = names.refused.search(place)
    if found:
        yield (
            f"{named_by}: {place!r} holds {found[0]!r}, by which files there are not found as they were written: name a folder "
            f"without {names.words}"
        )
