"""A folder in a blob container, as a cluster writes to it; its runtime brings azure-storage-blob."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from azure.storage.blob import ContainerClient

if TYPE_CHECKING:
    from azure.identity import DefaultAzureCredential


def container_and_folder(address: str) -> tuple[ContainerClient, str]:
    """The container and the folder's name in it, of an address like `https://ACCOUNT.blob.core.windows.net/CONTAINER/messages/7`.

    An address that carries a signature (`?sv=...`) needs nothing else; without one, this process's own identity is used.
    """
    place, _, signature = address.partition("?")
    scheme, _, rest = place.partition("://")
    parts = rest.split("/")
    # the emulator's addresses name the account in the path, not in the host
    head = 3 if ":" in parts[0] else 2
    container = f"{scheme}://{'/'.join(parts[:head])}"
    credential = None if signature else _identity()
    client = ContainerClient.from_container_url(f"{container}?{signature}".rstrip("?"), credential=credential)
    return client, "/".join(parts[head:])


def blob_writer(address: str) -> Callable[[str, str], None]:
    """Puts texts into the folder of that address."""
    # BlobClient.from_blob_url would do, but that it takes folders for containers where a host is not Azure's own
    container, folder = container_and_folder(address)

    def put(name: str, text: str) -> None:
        container.upload_blob(f"{folder}/{name}", text.encode(), overwrite=True)

    return put


def _identity() -> "DefaultAzureCredential":
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415  a cluster may lack it, and a signature needs none

    return DefaultAzureCredential()
