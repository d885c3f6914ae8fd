"""The folders that the Files API reaches; a path in them is the path on this machine's disk."""

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

from anyio import open_file, to_thread

from orders_platform.emulators.databricks.errors import (
    AlreadyExists,
    DirectoryNotEmpty,
    Forbidden,
    InvalidParameter,
    PathNotFound,
    TooLarge,
)

# as the real one's
LARGEST_FILE: Final = 5 * 2**30
_ASIDE: Final = ".upload"


class Volumes:
    """A few folders, and nothing beside them."""

    def __init__(self, roots: Sequence[Path], largest_file: int = LARGEST_FILE) -> None:
        """Make them where they are missing."""
        for root in roots:
            root.mkdir(parents=True, exist_ok=True)
        self._roots = [root.resolve() for root in roots]
        self._largest_file = largest_file

    def place(self, path: str) -> Path:
        """Where a path lies. Raises Forbidden where that is outside, be it by `..` or by a link."""
        if not path.startswith("/") or "\0" in path:
            raise InvalidParameter("a path must be absolute")
        place = Path(path)
        if not any(_resolved(place).is_relative_to(root) for root in self._roots):
            raise Forbidden(f"{path} lies in none of the folders that this service was given by --volume")
        return place

    def file(self, path: str) -> Path:
        """A file that is there."""
        place = self.place(path)
        if not place.is_file():
            raise PathNotFound(f"there is no file {path}")
        return place

    def folder(self, path: str) -> Path:
        """A folder that is there."""
        place = self.place(path)
        if not place.is_dir():
            raise PathNotFound(f"there is no directory {path}")
        return place

    async def write(self, path: str, chunks: AsyncIterator[bytes], *, overwrite: bool) -> None:
        """Write a file aside and put it in its place, so that no reader sees half of it."""
        place = self.place(path)
        if place.is_dir() or (place.exists() and not overwrite):
            raise AlreadyExists(f"{path} exists already")
        await to_thread.run_sync(lambda: place.parent.mkdir(parents=True, exist_ok=True))
        aside = place.with_name(f".{secrets.token_hex(8)}{_ASIDE}")
        try:
            await self._receive(aside, chunks)
            await to_thread.run_sync(aside.replace, place)
        finally:
            aside.unlink(missing_ok=True)

    async def _receive(self, aside: Path, chunks: AsyncIterator[bytes]) -> None:
        size = 0
        async with await open_file(aside, "xb") as file:
            async for chunk in chunks:
                size += len(chunk)
                if size > self._largest_file:
                    raise TooLarge(f"a file must have at most {self._largest_file} bytes")
                await file.write(chunk)

    def delete_file(self, path: str) -> None:
        """Remove a file."""
        self.file(path).unlink()

    def make_folder(self, path: str) -> None:
        """Make a folder, and those above it."""
        place = self.place(path)
        if place.exists() and not place.is_dir():
            raise AlreadyExists(f"{path} is a file")
        place.mkdir(parents=True, exist_ok=True)

    def delete_folder(self, path: str) -> None:
        """Remove a folder that holds nothing."""
        place = self.folder(path)
        if _resolved(place) in self._roots:
            raise Forbidden(f"{path} is a volume itself")
        if any(not _is_aside(each) for each in place.iterdir()):
            raise DirectoryNotEmpty(f"{path} is not empty")
        shutil.rmtree(place)

    def entries(self, path: str) -> list[dict[str, Any]]:
        """What a folder holds, by name."""
        place = self.folder(path)
        with os.scandir(place) as found:
            entries = [_entry(place, each) for each in found if not _is_aside(Path(each.name))]
        return sorted((entry for entry in entries if entry), key=lambda entry: str(entry["name"]))


def _resolved(place: Path) -> Path:
    try:
        return place.resolve()
    except (OSError, RuntimeError) as fault:
        raise InvalidParameter(f"{place} is no path here: {fault}") from fault


def _is_aside(place: Path) -> bool:
    return place.name.startswith(".") and place.name.endswith(_ASIDE)


def _entry(folder: Path, found: "os.DirEntry[str]") -> dict[str, Any] | None:
    try:
        known = found.stat()
        is_folder = found.is_dir()
    except FileNotFoundError:
        # gone between the two looks
        return None
    entry = {"path": str(folder / found.name), "name": found.name, "is_directory": is_folder}
    return entry if is_folder else {**entry, "file_size": known.st_size, "last_modified": int(known.st_mtime * 1000)}
