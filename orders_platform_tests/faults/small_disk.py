"""A file system of its own for a lake, that is soon full."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

_SIZE = "64m"
_CHUNK = bytes(4096)


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted file system."""

    root: Path

    def fill(self) -> None:
        """Leave no block free."""
        with self._filler.open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(_CHUNK)

    def make_room(self) -> None:
        """As somebody who has read the sentence does."""
        self._filler.unlink()

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """As a file system becomes whose disk has faults."""
        self._remount("ro")
        try:
            yield
        finally:
            self._remount("rw")

    def _remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(self.root)], check=True)

    @property
    def _filler(self) -> Path:
        return self.root / "filler"


@contextmanager
def small_disk(root: Path, size: str = _SIZE) -> Iterator[SmallDisk]:
    """Mounted at a folder for the block; the test is skipped where that is not allowed."""
    root.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(root)], capture_output=True, text=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small disk is mounted by root alone: {mounted.stderr.strip()}")
    try:
        yield SmallDisk(root)
    finally:
        # lazily: the cluster may hold a file open
        subprocess.run(["umount", "--lazy", str(root)], check=True)
