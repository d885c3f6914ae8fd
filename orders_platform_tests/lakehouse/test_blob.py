"""Which container and which folder an address of a blob container names."""

import sys
from importlib import import_module

import pytest

from orders_platform.lakehouse.blob import container_and_folder

SIGNATURE = "sv=2026-10-06&sig=a%2Fb%3D"


@pytest.mark.parametrize(
    "container",
    [
        "https://shop.blob.core.windows.net/files",
        "https://files.shop.example/files",
        "http://127.0.0.1:10000/devstoreaccount1/files",
        "http://azurite:10000/devstoreaccount1/files",
    ],
    ids=["Azure", "a host name of one's own", "emulator", "emulator in a network"],
)
@pytest.mark.parametrize("folder", ["messages/7", "7"])
def test_a_folder_is_told_from_its_container(container: str, folder: str) -> None:
    """The storage SDK takes the folder for a container where the host is not Azure's."""
    client, found = container_and_folder(f"{container}/{folder}?{SIGNATURE}")

    assert (client.url, found) == (f"{container}?{SIGNATURE}", folder)


def test_a_signature_needs_no_library_for_identities(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster may lack it."""
    monkeypatch.delitem(sys.modules, container_and_folder.__module__)
    monkeypatch.setitem(sys.modules, "azure.identity", None)
    blob = import_module(container_and_folder.__module__)

    _, folder = blob.container_and_folder(f"https://shop.blob.core.windows.net/files/messages/7?{SIGNATURE}")

    assert folder == "messages/7"


def test_without_a_signature_it_is_entered_by_identity() -> None:
    client, folder = container_and_folder("https://shop.blob.core.windows.net/files/messages/7")

    assert (client.url, folder) == ("https://shop.blob.core.windows.net/files", "messages/7")
    assert type(client.credential).__name__ == "DefaultAzureCredential"
