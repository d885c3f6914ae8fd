"""A folder in a blob container, as a cluster writes to it; its runtime brings azure-storage-blob."""

from collections.abc import Callable

from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobClient


def blob_writer(folder: str) -> Callable[[str, str], None]:
    """Puts texts below `folder`, an address like `https://ACCOUNT.blob.core.windows.net/CONTAINER/messages/7`.

    An address that carries a signature (`?sv=...`) needs nothing else; without one, the cluster's own identity is used.
    """
    address, _, signature = folder.partition("?")
    credential = None if signature else DefaultAzureCredential()

    def put(name: str, text: str) -> None:
        whole = f"{address}/{name}?{signature}" if signature else f"{address}/{name}"
        with BlobClient.from_blob_url(whole, credential=credential) as blob:
            blob.upload_blob(text.encode(), overwrite=True)

    return put
