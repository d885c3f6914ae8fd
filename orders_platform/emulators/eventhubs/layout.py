"""How a data directory is laid out: `hubs/NAME/hub.json`, and beside it a folder a partition with the files of its log."""

import os
from pathlib import Path

FACTS, SEGMENT = "hub.json", ".log"
# Of what a repair is about to put in a partition's place, and of what it has set aside.
REPAIRED, DAMAGED = ".repaired", ".damaged-"


def hub_folders(data: Path) -> Path:
    """Where the hubs of a data directory are, each in a folder of its name."""
    return data / "hubs"


def partition_folders(hub: Path) -> list[Path]:
    """The partitions of a hub, by their numbers."""
    return sorted((each for each in hub.glob("*") if _is_number(each.name) and each.is_dir()), key=lambda each: int(each.name))


def segment_paths(partition: Path) -> list[Path]:
    """The files of a partition's log, oldest first; each is named after the first record in it."""
    return sorted(each for each in partition.glob(f"*{SEGMENT}") if _is_number(each.stem))


def put(path: Path, content: bytes) -> None:
    """A file on the disk itself, whole or not at all."""
    draft = path.with_name(f"{path.name}.new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_names(path.parent)


def sync_names(directory: Path) -> None:
    """Make the disk itself hold which files a directory has."""
    file = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit()
