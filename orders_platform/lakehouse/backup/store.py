"""The place of the backup: a folder, or a container of Blob Storage by Hadoop's own client, so that one login serves all."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from py4j.java_gateway import JavaObject, JVMView
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from orders_platform.errors import EnvironmentFault, PassRefused

Answer = TypeVar("Answer")
# Java's methods take no names
_RECURSIVE = _OVERWRITE = True


@dataclass(frozen=True, slots=True)
class Stored:
    """A file: its name below the place, its size, when it was last changed (seconds since 1970)."""

    name: str
    bytes: int
    changed_at: float


class Store(Protocol):
    """What the backup asks of its place. Each method raises EnvironmentFault where the place does not answer."""

    @property
    def place(self) -> str:
        """The folder or address by which Spark reads it."""

    def files(self, folder: str) -> list[Stored]:
        """All files below a folder by name, but what Hadoop holds for hidden; none where there is no such folder."""

    def read(self, name: str) -> str:
        """A text."""

    def put_new(self, name: str, text: str) -> None:
        """Keep a text under a name that is not taken: whole, or not at all. Raises PassRefused where it is taken."""

    def remove(self, name: str) -> None:
        """Let go of a file or a folder; one that is gone already is no fault."""


def open_store(place: str, session: Callable[[], SparkSession]) -> Store:
    """The store at a folder's path or an `abfss://` address; only an address needs Spark."""
    return ContainerStore(session(), place) if "://" in place else FolderStore(place)


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A folder; on Databricks one in a volume."""

    place: str

    def files(self, folder: str) -> list[Stored]:
        """All files below a folder."""
        found = []
        for path in sorted(Path(self.place, folder).rglob("*")):
            name = str(path.relative_to(self.place))
            if path.is_file() and not _is_hidden(name):
                facts = path.stat()
                found.append(Stored(name, facts.st_size, facts.st_mtime))
        return found

    def read(self, name: str) -> str:
        """A text."""
        return Path(self.place, name).read_text(errors="replace")

    def put_new(self, name: str, text: str) -> None:
        """Written aside, then linked to its name, which must be free."""
        path = Path(self.place, name)
        aside = path.with_name(f"_{path.name}.part")
        with self._written():
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with aside.open("w") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                if not _has_named(aside, path):
                    raise _is_taken(name)
            finally:
                aside.unlink(missing_ok=True)

    def remove(self, name: str) -> None:
        """Let go of a file or a folder."""
        path = Path(self.place, name)
        with self._written():
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)
            # Hadoop's client keeps a sum of its own beside each file
            path.with_name(f".{path.name}.crc").unlink(missing_ok=True)

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as fault:
            raise EnvironmentFault(
                f"the backup {self.place} cannot be written: {fault.strerror}; make room there, or set ORDERS_BACKUP"
            ) from fault


def _is_hidden(name: str) -> bool:
    """As Hadoop sees it: what is being written, and what is kept beside a file."""
    return any(part.startswith(("_", ".")) for part in name.split("/"))


def _has_named(aside: Path, path: Path) -> bool:
    """Whether the name was free, and is now the file's."""
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        return False
    except OSError:
        # a volume knows no links; there the job's single run keeps writers apart
        if path.exists():
            return False
        aside.rename(path)
    return True


@dataclass(frozen=True, slots=True)
class ContainerStore:
    """A container of Blob Storage, `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX`, with the login that Spark has."""

    spark: SparkSession
    place: str

    def files(self, folder: str) -> list[Stored]:
        """All files below a folder."""
        return self._asked(lambda: self._files(folder))

    def _files(self, folder: str) -> list[Stored]:
        top = self._path(folder)
        if not self._system.exists(top):
            return []
        listed, found = self._system.listFiles(top, _RECURSIVE), []
        prefix = self._path("").toUri().getPath().rstrip("/") + "/"
        while listed.hasNext():
            each = listed.next()
            name = each.getPath().toUri().getPath().removeprefix(prefix)
            if not _is_hidden(name):
                found.append(Stored(name, each.getLen(), each.getModificationTime() / 1000))
        # one that a rename is about to end lists a folder twice
        return sorted({each.name: each for each in found}.values(), key=lambda each: each.name)

    def read(self, name: str) -> str:
        """A text."""
        return self._asked(lambda: self._read(name))

    def _read(self, name: str) -> str:
        stream = self._system.open(self._path(name))
        try:
            return bytes(stream.readAllBytes()).decode(errors="replace")
        finally:
            stream.close()

    def put_new(self, name: str, text: str) -> None:
        """Written aside, then renamed: on Blob Storage a copy that is made only where the name is free."""
        if not self._asked(lambda: self._put(name, text)):
            raise _is_taken(name)

    def _put(self, name: str, text: str) -> bool:
        path = self._path(name)
        aside = self._jvm.org.apache.hadoop.fs.Path(path.getParent(), f"_{path.getName()}.part")
        stream = self._system.create(aside, _OVERWRITE)
        stream.write(text.encode())
        stream.close()
        if not self._system.exists(path) and self._system.rename(aside, path):
            return True
        self._system.delete(aside, not _RECURSIVE)
        return False

    def remove(self, name: str) -> None:
        """Let go of a file or a folder."""
        self._asked(lambda: self._system.delete(self._path(name), _RECURSIVE))

    @property
    def _jvm(self) -> JVMView:
        return self.spark._jvm  # noqa: SLF001  the one way to Hadoop's client

    @property
    def _system(self) -> JavaObject:
        session = self._jvm.org.apache.spark.sql.classic.SparkSession.active()
        return self._path("").getFileSystem(session.sessionState().newHadoopConf())

    def _path(self, name: str) -> JavaObject:
        return self._jvm.org.apache.hadoop.fs.Path(f"{self.place}/{name}".rstrip("/"))

    def _asked(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except Py4JJavaError as fault:
            first = str(fault.java_exception).splitlines()[0]
            raise EnvironmentFault(f"the backup {self.place} does not answer as it should: {first[:300]}") from fault


def _is_taken(name: str) -> PassRefused:
    return PassRefused(f"the backup has {name} already: another writer is at work on it; stop one of the two, and run again")
