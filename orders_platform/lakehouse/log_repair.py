"""What is damaged in a table's log is set aside, never deleted, so that the table can be opened again and restored.

Checkpoints only repeat what commits say, so one that is broken is simply left out. In place of a broken commit stands one that
changes nothing: its version may have been read, and no other commit may ever bear the same number.
"""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from orders_platform.lakehouse.log_files import log_files

# what Delta's history calls the commit that stands in place of a broken one
IN_PLACE: Final = "REPAIR LOG"
SET_ASIDE: Final = "_set_aside"


def leave_out_broken_checkpoints(lake: Path, table: Path) -> None:
    """Set them aside where the commits say the same; where they do not, nothing is touched."""
    found = log_files(table)
    if found.broken_checkpoints and next(found.broken(), None) is None:
        _move(lake, table, found.broken_checkpoints)


@contextmanager
def opened_again(lake: Path, table: Path) -> Iterator[None]:
    """Put commits that change nothing in place of the broken ones; all is as it was where the block, which restores, fails."""
    found = log_files(table)
    broken = list(found.broken())
    after = range(broken[0].version, found.newest + 1)
    # sums and counts of what is no longer so
    beside = [found.folder / name for version in after for name in (f"{version:020}.crc", f".{version:020}.crc.crc")]
    beside += [found.folder / f".{each.path.name}.crc" for each in broken]
    moved = _move(lake, table, [*found.broken_checkpoints, *beside, *(each.path for each in broken)])
    for each in broken:
        _put_in_place(each.path)
    try:
        yield
    except BaseException:
        for each in broken:
            each.path.unlink()
        for path, away in moved.items():
            away.rename(path)
        raise


def aside(lake: Path, table: Path) -> Path:
    """Where what is set aside of a table goes."""
    return lake / SET_ASIDE / f"{table.parent.name}.{table.name}"


def _move(lake: Path, table: Path, paths: Iterable[Path]) -> dict[Path, Path]:
    """Move those that are there; where each is now."""
    folder = aside(lake, table)
    folder.mkdir(parents=True, exist_ok=True)
    return {path: path.rename(folder / f"{path.name}.{time.time_ns()}") for path in paths if path.is_file()}


def _put_in_place(path: Path) -> None:
    told = {"timestamp": time.time_ns() // 1_000_000, "operation": IN_PLACE, "operationParameters": {}}
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(json.dumps({"commitInfo": told}) + "\n")
    draft.rename(path)
