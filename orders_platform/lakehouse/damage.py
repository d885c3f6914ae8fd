"""What is damaged in a lake on a disk of this machine, in sentences: which file, and the verb that makes the table well."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from orders_platform.errors import PassRefused, PlatformError
from orders_platform.lakehouse.bronze.releases import RELEASES
from orders_platform.lakehouse.catalog import TABLES
from orders_platform.lakehouse.log_files import log_files
from orders_platform.settings import is_folder

if TYPE_CHECKING:
    from deltalake import DeltaTable

_MOST_TOLD: Final = 3
_LONGEST_FAULT: Final = 300


class Unreadable(Exception):
    """delta-rs cannot open the table, for the reason that it gives; never seen by users as such."""


def opened(path: str, version: int | None = None) -> "DeltaTable":
    """A table by delta-rs, which comes with the local extra. Raises Unreadable."""
    import deltalake.exceptions  # noqa: PLC0415  a cluster does not have it

    try:
        return deltalake.DeltaTable(path, version=version)
    except deltalake.exceptions.DeltaError as fault:
        raise Unreadable(" ".join(str(fault).split())[:_LONGEST_FAULT]) from fault


def log_damage(key: str, table: Path) -> str:
    """What is damaged in the log of a table, and what to do; empty where nothing is."""
    found = log_files(table)
    if found.newest < 0 and table.is_dir() and any(table.glob("*.parquet")):
        return f"{key} cannot be read: {found.folder} is empty or gone, and with it what the table's files are: {remake(key)}"
    broken = next(found.broken(), None)
    if broken is None:
        if not found.broken_checkpoints:
            return ""
        return f"{key} cannot be read: {found.broken_checkpoints[0]} is no checkpoint of its log: run a pass, which sets it aside"
    return f"{key} cannot be read: {broken.path} {broken.why}: {_way_out(key, broken.version)}"


def _way_out(key: str, version: int) -> str:
    # a release is not made by a pass, and version 0 tells of none
    if version > 1 and key != RELEASES.key:
        return (
            f"`orders-platform tables restore {key} --version {version - 1}` sets it aside and puts back the version before "
            "it, and the next pass makes what it held again"
        )
    return remake(key)


def remake(key: str) -> str:
    """How a table is made anew that no version of it can give back."""
    return f"`orders-platform tables reset {key}` sets the table aside, and the next pass makes it anew"


def _lost(path: Path, size: int) -> str:
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        return "is gone"
    return "" if found == size else f"has {found} bytes of {size}"


def lake_damage(lake: str) -> list[str]:
    """Of every table, a sentence each; nothing of a lake that is not on a disk of this machine, or that nobody can look into."""
    if not is_folder(lake) or not Path(lake).is_dir() or find_spec("deltalake") is None:
        return []
    places = [(table.key, Path(lake, table.layer, table.name)) for table in (*TABLES, RELEASES)]
    return [said for key, place in places if (said := table_damage(key, place))]


def table_damage(key: str, place: Path) -> str:
    """Of one table in a folder, its log first; then which files are gone or not whole that its newest version names."""
    said = log_damage(key, place)
    if said or log_files(place).newest < 0:
        # what a creation leaves that was cut off is made by the next pass
        return said
    try:
        actions = opened(str(place)).get_add_actions(flatten=True)
    except Unreadable as fault:
        return f"{key} cannot be read ({fault}): {remake(key)}"
    named = zip(actions["path"].to_pylist(), actions["size_bytes"].to_pylist(), strict=True)
    lost = sorted(f"{place / path} {why}" for path, size in named if (why := _lost(place / path, size)))
    if not lost:
        return ""
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    return f"{key} is damaged: {lost[0]}{more}: put it back from a copy of yours; or {remake(key)}"


@contextmanager
def damage_told(lake: str) -> Iterator[None]:
    """Raise PassRefused where the block meets a fault that nobody put into words, and files of the lake are damaged."""
    try:
        yield
    except PlatformError:
        raise
    except Exception as fault:
        if found := lake_damage(lake):
            raise PassRefused("; ".join(found[:_MOST_TOLD])) from fault
        raise
