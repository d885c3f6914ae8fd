"""The folder of messages: how its address is put together, what people see of it, and which fault of a container means what."""

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
)

from orders_platform.errors import PlatformError, SettingsError, WorkspaceError
from orders_platform.orchestration.databricks.folders import BlobFolder, below, container_faults
from orders_platform.orchestration.databricks.messages import FolderReader

SIGNED = "https://shop.blob.core.windows.net/files/messages?sv=2026&sig=a/b%3D"


def answered(status: int) -> HttpResponseError:
    fault = HttpResponseError(f"answer {status}")
    fault.status_code = status
    return fault


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/Volumes/shop/ops/files/messages", "/Volumes/shop/ops/files/messages/7"),
        ("/home?/messages", "/home?/messages/7"),
        ("https://shop.blob.core.windows.net/files/messages", "https://shop.blob.core.windows.net/files/messages/7"),
        (SIGNED, "https://shop.blob.core.windows.net/files/messages/7?sv=2026&sig=a/b%3D"),
        ("https://shop.blob.core.windows.net/files/?sig=a", "https://shop.blob.core.windows.net/files/7?sig=a"),
    ],
    ids=["volume", "question mark in a path", "blob", "signed blob", "signed container"],
)
def test_a_run_has_its_folder_below_that_of_all_messages(address: str, expected: str) -> None:
    assert below(address, "7") == expected


def test_the_signature_is_told_to_the_run_and_to_no_reader_of_the_log() -> None:
    folder = BlobFolder(SIGNED)

    assert folder.path == SIGNED
    assert folder.shown == "https://shop.blob.core.windows.net/files/messages"
    assert "sig=" not in FolderReader(folder).no_messages_debug_text()


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (ClientAuthenticationError("DefaultAzureCredential failed\nAttempted credentials"), SettingsError),
        (ResourceNotFoundError("The specified container does not exist."), SettingsError),
        (answered(403), SettingsError),
        (answered(503), WorkspaceError),
        (ServiceRequestError("no route to host"), WorkspaceError),
    ],
    ids=["no identity", "no container", "forbidden", "busy", "out of reach"],
)
def test_what_a_container_refuses_is_a_setting_and_what_time_may_heal_is_tried_again(
    fault: AzureError, expected: type[PlatformError]
) -> None:
    with pytest.raises(expected, match="check ORDERS_MESSAGES") as told, container_faults():
        raise fault

    assert "\n" not in str(told.value)
    assert fault.message.splitlines()[0] in str(told.value)
