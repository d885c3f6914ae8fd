"""The files of a Delta table's log, in a folder of this machine: whether each is there and whole.

Delta itself takes an empty commit for one that changed nothing: rows are missing then, and nobody says so. A commit's file is
never written again once it is there, so each is looked into once.
"""

import json
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

_COMMIT: Final = re.compile(r"(\d{20})\.json")
_CHECKPOINT: Final = re.compile(r"(\d{20})\.checkpoint\..*parquet")
HINT: Final = "_last_checkpoint"
_PARQUET: Final = b"PAR1"
# Hadoop's file of checksums beside a file: magic, bytes a sum, the sums
_SUMS: Final = struct.Struct(">4sI")
_SUMS_MAGIC: Final = b"crc\0"


@dataclass(frozen=True, slots=True)
class Broken:
    """A commit that cannot be read; the table ends before it."""

    version: int
    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class LogFiles:
    """What a log's folder holds.

    Attributes:
        commits: by version.
        base: version of the newest checkpoint that is whole, from which the log is read; -1 where it is read from its beginning.
        broken_checkpoints: files of those that are not: they only repeat what commits say.
    """

    folder: Path
    commits: dict[int, Path]
    base: int
    broken_checkpoints: tuple[Path, ...]

    @property
    def newest(self) -> int:
        """The version that the log ends with, whole or not; -1 where there is none."""
        return max(self.commits, default=self.base)

    def broken(self) -> Iterator[Broken]:
        """Commits that readers need, and cannot read; oldest first."""
        # the commit of the checkpoint itself says how far the table is made
        first = self.base if self.base in self.commits else self.base + 1
        for version in range(first, self.newest + 1):
            path = self.commits.get(version, self.folder / f"{version:020}.json")
            why = _fault(path) if version in self.commits else "is missing"
            if why:
                yield Broken(version, path, why)

    def newest_note(self) -> dict[str, Any]:
        """What the newest commit that can be read, and has a note, says of its table; empty where none does."""
        noted = (info["userMetadata"] for info in self.history(self.newest) if info.get("userMetadata"))
        told: dict[str, Any] = json.loads(next(noted, "{}"))
        return told

    def history(self, newest: int) -> Iterator[dict[str, Any]]:
        """What commits say of themselves, with their versions, from one back; those that cannot be read are passed over."""
        for version in sorted(self.commits, reverse=True):
            if version <= newest and not _fault(self.commits[version]):
                lines = map(json.loads, self.commits[version].read_text().splitlines())
                yield {"version": version} | next((line["commitInfo"] for line in lines if "commitInfo" in line), {})


def log_files(table: Path) -> LogFiles:
    """Of the table in a folder, which a writer may be adding to and cleaning up meanwhile: what is gone is no damage."""
    folder = table / "_delta_log"
    # before the listing: a checkpoint is there before it is named here
    named = _named_version(folder / HINT)
    names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
    commits = {int(found[1]): folder / name for name in names if (found := _COMMIT.fullmatch(name))}
    checkpoints = {name: int(found[1]) for name in names if (found := _CHECKPOINT.fullmatch(name))}
    broken = {name for name in checkpoints if not _is_parquet(folder / name)}
    bad = {checkpoints[name] for name in broken}
    whole = set(checkpoints.values()) - bad
    # a newer one is there only where a cleaner has removed what was named
    if named is not None and named not in whole and named >= max(whole, default=-1):
        broken.add(HINT)
    base = max(whole, default=-1)
    return LogFiles(folder, commits, base, tuple(folder / name for name in sorted(broken)))


def _named_version(hint: Path) -> int | None:
    """The checkpoint to which it leads readers; None where it says nothing, and so leads nobody astray."""
    try:
        return int(json.loads(hint.read_text())["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_parquet(path: Path) -> bool:
    try:
        stat = path.stat()
        return _has_both_ends(path, stat.st_mtime_ns, stat.st_size)
    except FileNotFoundError:
        # removed since it was listed, as an old one is: a newer one serves
        return True


@lru_cache(maxsize=20_000)
def _has_both_ends(path: Path, _changed: int, size: int) -> bool:
    with path.open("rb") as file:
        begin = file.read(len(_PARQUET))
        file.seek(max(0, size - len(_PARQUET)))
        return begin == file.read(len(_PARQUET)) == _PARQUET


def _fault(path: Path) -> str:
    """What is wrong with a commit's file; empty where nothing is, or where it was removed since it was listed."""
    try:
        stat = path.stat()
        return _fault_of(path, stat.st_mtime_ns, stat.st_size)
    except FileNotFoundError:
        return ""


@lru_cache(maxsize=20_000)
def _fault_of(path: Path, _changed: int, size: int) -> str:
    if not size:
        return "is empty"
    content = path.read_bytes()
    try:
        whole = all(isinstance(json.loads(line), dict) for line in content.splitlines()) and content.strip()
    except ValueError:
        whole = False
    return "" if whole and _agrees(path, content) else "is cut or overwritten"


def _agrees(path: Path, content: bytes) -> bool:
    """Whether it is what Spark wrote, by the sums that it left beside; true where it left none that can be read."""
    beside = path.with_name(f".{path.name}.crc")
    told = beside.read_bytes() if beside.is_file() else b""
    if len(told) <= _SUMS.size or len(told) % 4:
        return True
    magic, size = _SUMS.unpack_from(told)
    if magic != _SUMS_MAGIC or not size:
        return True
    sums = [zlib.crc32(content[start : start + size]) for start in range(0, len(content), size)]
    return sums == [number for (number,) in struct.iter_unpack(">I", told[_SUMS.size :])]
