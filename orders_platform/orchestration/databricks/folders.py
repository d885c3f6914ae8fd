"""The folder in which a run leaves its messages, as Dagster reads it: in a Unity Catalog volume, or in a blob container."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from azure.core.exceptions import AzureError, ClientAuthenticationError, ResourceNotFoundError
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound

from orders_platform.errors import SettingsError, WorkspaceError
from orders_platform.lakehouse.blob import container_and_folder

_FORBIDDEN: Final = 403


class Folder(ABC):
    """A folder of small texts.

    Attributes:
        path: its address, with the signature where it has one: for the run alone.
    """

    path: str

    @property
    def shown(self) -> str:
        """Its address for people: a signature opens the container to whoever reads it."""
        return self.path.partition("?")[0]

    @abstractmethod
    def make(self) -> None:
        """Make it, so that a run can write there."""

    @abstractmethod
    def read(self, name: str) -> str | None:
        """A file's text; None where there is no such file yet. Any other answer is raised: silence would look like patience."""

    @abstractmethod
    def remove(self) -> None:
        """Remove it with all that it holds."""


def folder_at(address: str, client: WorkspaceClient) -> Folder:
    """The folder that an address names."""
    return BlobFolder(address) if "://" in address else VolumeFolder(address, client)


def below(address: str, name: str) -> str:
    """The address of a folder in a folder; a signature stays at its end."""
    folder, mark, signature = address.partition("?") if "://" in address else (address, "", "")
    return f"{folder.rstrip('/')}/{name}{mark}{signature}"


class VolumeFolder(Folder):
    """A folder in a volume, by the workspace's Files API."""

    def __init__(self, path: str, client: WorkspaceClient) -> None:
        """Address the folder; nothing is sent yet."""
        self.path = path
        self._files = client.files

    def make(self) -> None:
        """Make it, and the folders above it."""
        self._files.create_directory(self.path)

    def read(self, name: str) -> str | None:
        """A file's text, or None."""
        try:
            contents = self._files.download(f"{self.path}/{name}").contents
        except NotFound:
            return None
        if contents is None:
            return ""
        with contents:
            return contents.read().decode()

    def remove(self) -> None:
        """Remove its files, then itself."""
        for path in self._paths():
            self._files.delete(path)
        self._files.delete_directory(self.path)

    def _paths(self) -> Iterable[str]:
        return [entry.path for entry in self._files.list_directory_contents(self.path) if entry.path]


class BlobFolder(Folder):
    """A folder in a container, `https://ACCOUNT.blob.core.windows.net/CONTAINER/FOLDER`: signed (`?sv=...`), or by identity."""

    def __init__(self, path: str) -> None:
        """Address the folder; nothing is sent yet."""
        self.path = path
        self._container, self._prefix = container_and_folder(path)

    def make(self) -> None:
        """A container has no folders; its names alone have slashes."""

    def read(self, name: str) -> str | None:
        """A blob's text, or None."""
        with container_faults():
            try:
                return str(self._container.download_blob(f"{self._prefix}/{name}", encoding="utf-8").readall())
            except ResourceNotFoundError as fault:
                if "BlobNotFound" in str(fault):
                    return None
                raise

    def remove(self) -> None:
        """Remove all blobs below the folder's name."""
        with container_faults():
            for name in self._container.list_blob_names(name_starts_with=f"{self._prefix}/"):
                self._container.delete_blob(name)


@contextmanager
def container_faults() -> Iterator[None]:
    """Say in a sentence what the SDK raises inside the block: a SettingsError where it refuses, else a WorkspaceError."""
    try:
        yield
    except AzureError as fault:
        told = fault.message.strip().splitlines()[0]
        if (
            isinstance(fault, ClientAuthenticationError | ResourceNotFoundError)
            or getattr(fault, "status_code", None) == _FORBIDDEN
        ):
            raise SettingsError(f"the container of the messages refuses: {told}; check ORDERS_MESSAGES") from fault
        raise WorkspaceError(
            f"the container of the messages does not answer: {told}; check ORDERS_MESSAGES and the network"
        ) from fault
