"""The folder in which a run leaves its messages, as Dagster reads it: in a Unity Catalog volume, or in a blob container."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound

from orders_platform.errors import WorkspaceError


class Folder(ABC):
    """A folder of small texts."""

    path: str

    @abstractmethod
    def make(self) -> None:
        """Make it, so that a run can write there."""

    @abstractmethod
    def read(self, name: str) -> str | None:
        """A file's text; None where there is no such file yet. Any other answer is raised: silence would look like patience."""

    @abstractmethod
    def remove(self) -> None:
        """Remove it with all that it holds."""


def folder_at(path: str, client: WorkspaceClient) -> Folder:
    """The folder that an address names."""
    return BlobFolder(path) if "://" in path else VolumeFolder(path, client)


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
        address, _, signature = path.partition("?")
        container, self._prefix = _container_and_rest(address)
        self.path = path
        credential = None if signature else DefaultAzureCredential()
        self._container = ContainerClient.from_container_url(f"{container}?{signature}".rstrip("?"), credential=credential)

    def make(self) -> None:
        """A container has no folders; its names alone have slashes."""

    def read(self, name: str) -> str | None:
        """A blob's text, or None."""
        try:
            return str(self._container.download_blob(f"{self._prefix}/{name}", encoding="utf-8").readall())
        except ResourceNotFoundError as fault:
            if "BlobNotFound" in str(fault):
                return None
            raise WorkspaceError(f"the container of the messages is not there: {fault.reason}") from fault
        except HttpResponseError as fault:
            raise WorkspaceError(f"the container of the messages refuses: {fault.reason}; check ORDERS_MESSAGES") from fault

    def remove(self) -> None:
        """Remove all blobs below the folder's name."""
        for name in self._container.list_blob_names(name_starts_with=f"{self._prefix}/"):
            self._container.delete_blob(name)


def _container_and_rest(address: str) -> tuple[str, str]:
    scheme, _, rest = address.partition("://")
    # the emulator's addresses name the account in the path, not in the host
    parts = rest.split("/")
    head = 3 if ":" in parts[0] else 2
    return f"{scheme}://{'/'.join(parts[:head])}", "/".join(parts[head:])
