"""The ledger's files as Dagster reads them: in a folder of this machine, or in a volume of the workspace."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.files import DirectoryEntry

from orders_platform.orchestration.databricks.folders import VolumeFolder


class LedgerFiles(ABC):
    """A folder for each day, and a file for each entry, which may grow."""

    @abstractmethod
    def days(self) -> list[str]:
        """Names of the days that there are, oldest first."""

    @abstractmethod
    def entries(self, day: str) -> Iterator[tuple[str, str]]:
        """A day's entries by `day/name`, each with a stamp that changes when something is added."""

    @abstractmethod
    def read(self, name: str) -> str | None:
        """An entry's text; None where it was removed."""


class VolumeLedger(LedgerFiles):
    """By the workspace's Files API."""

    def __init__(self, client: WorkspaceClient, folder: str) -> None:
        """Address the folder; nothing is sent yet."""
        self._client, self._folder = client, folder
        self._files = VolumeFolder(folder, client)

    def days(self) -> list[str]:
        """As the API lists them."""
        return sorted(day.name for day in self._listed(self._folder) if day.name)

    def entries(self, day: str) -> Iterator[tuple[str, str]]:
        """As the API lists them."""
        for entry in self._listed(f"{self._folder}/{day}"):
            yield f"{day}/{entry.name}", f"{entry.last_modified}:{entry.file_size}"

    def read(self, name: str) -> str | None:
        """As the API gives it."""
        return self._files.read(name)

    def _listed(self, folder: str) -> list[DirectoryEntry]:
        try:
            return list(self._client.files.list_directory_contents(folder))
        except NotFound:
            return []


class FolderLedger(LedgerFiles):
    """By the file system: a lake on this machine needs no workspace to be read."""

    def __init__(self, folder: Path) -> None:
        """Address the folder, which may not be there yet."""
        self._folder = folder

    def days(self) -> list[str]:
        """Names of its folders."""
        return sorted(day.name for day in self._folder.iterdir() if day.is_dir()) if self._folder.is_dir() else []

    def entries(self, day: str) -> Iterator[tuple[str, str]]:
        """Names of its files."""
        for file in (self._folder / day).glob("*.json"):
            try:
                stat = file.stat()
            except FileNotFoundError:
                # removed since it was listed
                continue
            yield f"{day}/{file.name}", f"{stat.st_mtime_ns}:{stat.st_size}"

    def read(self, name: str) -> str | None:
        """The file's text."""
        try:
            return (self._folder / name).read_text(errors="replace")
        except FileNotFoundError:
            return None
