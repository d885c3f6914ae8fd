"""Runs azurite as a child process over a folder that outlives it, with a container for the backup."""

import time
from pathlib import Path
from typing import Final

from azure.core.credentials import AzureNamedKeyCredential
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.blob import ContainerClient

from orders_platform.backup_settings import EMULATOR_HOST
from orders_platform.lakehouse.blob_emulator import ACCOUNT, KEY
from orders_platform.local.azurite.install import Azurite
from orders_platform.local.processes import Child, Children

CONTAINER: Final = "backup"
PLACE: Final = f"abfs://{CONTAINER}@{EMULATOR_HOST}/orders"
READY_SECONDS: Final = 60.0
_LISTENS: Final = "listens on http://"
_ANSWER_SECONDS: Final = 5
_LOOK_SECONDS: Final = 0.1


def start_azurite(children: Children, azurite: Azurite, data: Path, *, port: int = 0) -> str:
    """Start it over `data`; its address, HOST:PORT, once it answers and has the container.

    What it acknowledged is there after a restart, if it was asked to end: it saves its list of blobs then, and every five
    seconds. Killed (-9), it may forget the blobs of the last five seconds, so such a kill is no test of who writes to it.

    Raises EnvironmentFault where it does not start.
    """
    options = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "--location", str(data))
    # clients may be newer than it, and it reports to nobody how it is used
    manners = ("--skipApiVersionCheck", "--disableTelemetry", "--silent")
    child = children.start("azurite", [str(azurite.node), str(azurite.script), *options, *manners])
    emulator = child.read_line(READY_SECONDS, saying=_LISTENS).rpartition("//")[2]
    _make_container(emulator, child)
    return emulator


def container_client(emulator: str) -> ContainerClient:
    """A client of the container; it asks once, as azurite is near."""
    return ContainerClient(
        f"http://{emulator}/{ACCOUNT}", CONTAINER, AzureNamedKeyCredential(ACCOUNT, KEY),
        retry_total=0, connection_timeout=_ANSWER_SECONDS, read_timeout=_ANSWER_SECONDS,
    )  # fmt: skip


def _make_container(emulator: str, child: Child) -> None:
    until = time.monotonic() + READY_SECONDS
    with container_client(emulator) as client:
        while True:
            try:
                client.create_container()
            except ResourceExistsError:
                return
            except AzureError as fault:
                if child.ended or time.monotonic() > until:
                    raise child.fault("does not answer") from fault
                time.sleep(_LOOK_SECONDS)
            else:
                return
