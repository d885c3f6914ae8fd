"""The folder in which a local platform lives, and the lock that keeps a second one out of it."""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orders_platform.errors import FULL, EnvironmentFault

# the whole dataset needs a fifth of it in hub and lake, Spark's scratch files the rest
ROOM_BYTES: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Home:
    """Where a local platform keeps what."""

    root: Path

    @property
    def hub(self) -> Path:
        """The local hub's events."""
        return self.root / "hub"

    @property
    def lake(self) -> Path:
        """The Delta tables."""
        return self.root / "lake"

    @property
    def dagster(self) -> Path:
        """Dagster's own home: its runs and events."""
        return self.root / "dagster"

    @property
    def databricks(self) -> Path:
        """The local jobs service's jobs, runs and logs."""
        return self.root / "databricks"

    @property
    def postgres(self) -> Path:
        """The files of the local PostgreSQL."""
        return self.root / "postgres"

    @property
    def backup(self) -> Path:
        """The backup's files, where it is kept in a folder."""
        return self.root / "backup"

    @property
    def blob(self) -> Path:
        """The local Blob storage's files."""
        return self.root / "blob"

    @property
    def logs(self) -> Path:
        """What the processes printed."""
        return self.root / "logs"


@contextmanager
def locked_home(root: Path, free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free) -> Iterator[Home]:
    """Make the folder, and keep it to ourselves for the block. Raises EnvironmentFault where another one is at work in it."""
    home = Home(root.absolute())
    with _disk_faults(home.root):
        home.root.mkdir(parents=True, exist_ok=True)
        lock = os.open(home.root / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(lock, home.root)
        _need_room(free_bytes(home.root), home.root)
        yield home
    except OSError as fault:
        if fault.errno not in FULL:
            raise
        raise EnvironmentFault(f"{home.root} is full: make room, then start again; it goes on where it stood") from fault
    finally:
        os.close(lock)


@contextmanager
def _disk_faults(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise EnvironmentFault(
            f"cannot write in {root}: {fault.strerror}; name another folder by --home, or make room"
        ) from fault


def _need_room(free: int, root: Path) -> None:
    if free < ROOM_BYTES:
        raise EnvironmentFault(
            f"only {free // 1_000_000} MB are free in {root}, {ROOM_BYTES // 1_000_000} are needed: "
            "make room, or name another folder by --home"
        )


def _take(lock: int, root: Path) -> None:
    try:
        # not handed on to children: it falls with this process, even by kill -9
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as fault:
        if fault.errno != errno.EWOULDBLOCK:
            raise
        holder = os.pread(lock, 32, 0).decode().strip()
        raise EnvironmentFault(
            f"a platform (process {holder or 'unknown'}) is already at work in {root}: stop it, or name another folder by --home"
        ) from fault
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
