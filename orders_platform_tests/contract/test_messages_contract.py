"""The folder in which a run leaves its messages and Dagster finds them: in a volume always, in a blob container when asked.

`ORDERS_CONTRACT_BLOB` is a container's address with a signature that may read, write, list and delete in it, like
`https://ACCOUNT.blob.core.windows.net/CONTAINER?sv=...`.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import ContainerClient
from databricks.sdk import WorkspaceClient

from orders_platform.errors import SettingsError
from orders_platform.lakehouse.messages import FolderWriter
from orders_platform.lakehouse.telling import telling
from orders_platform.orchestration.databricks.folders import Folder, below, folder_at
from orders_platform.orchestration.databricks.messages import FolderReader
from orders_platform.workspace import workspace_faults
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess
from orders_platform_tests.emulators.databricks.shared_service import service
from orders_platform_tests.lakehouse.test_telling import UPKEEP, pipes

__all__ = ["service"]

pytestmark = [pytest.mark.integration, pytest.mark.spark, pytest.mark.contract]

CONTAINER = "ORDERS_CONTRACT_BLOB"
LINE = '{"__dagster_pipes_version": "0.1", "method": "log", "params": {"message": "São Paulo", "level": "INFO"}}\n'


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go.

    Attributes:
        messages: its address, as ORDERS_MESSAGES names it.
        refused: addresses at which nothing may be read.
    """

    client: WorkspaceClient
    messages: str
    refused: tuple[str, ...]

    def folder(self, name: str) -> Folder:
        """A run's own."""
        return folder_at(below(self.messages, name), self.client)

    def holds(self, name: str) -> list[str]:
        """What there is of a folder, by other means than ours."""
        if "://" not in self.messages:
            return [str(path) for path in Path(self.messages).glob(f"{name}/**")]
        with ContainerClient.from_container_url(os.environ[CONTAINER]) as container:
            return [blob for blob in container.list_blob_names() if blob.startswith(f"messages/{name}/")]


@dataclass(slots=True)
class Dagster:
    """As far as a reader knows it."""

    heard: list[dict[str, Any]] = field(default_factory=list)

    def handle_message(self, message: dict[str, Any]) -> None:
        self.heard.append(message)

    @property
    def methods(self) -> list[str]:
        return [message["method"] for message in self.heard]


@pytest.fixture(scope="module", params=["volume", "blob"])
def place(request: pytest.FixtureRequest, service: ServiceProcess) -> Place:
    """The place that is held against the contract."""
    if request.param == "volume":
        return Place(service.client, f"{service.home}/messages-contract", (f"{service.home.parent}/elsewhere",))
    if not os.environ.get(CONTAINER):
        pytest.skip(f"a blob container is used only when asked: set {CONTAINER} to its address with a signature")
    address, _, signature = os.environ[CONTAINER].partition("?")
    refused = (f"{address}/messages?{signature[:-8]}AAAAAA%3D", f"{address}-that-is-not-there/messages?{signature}")
    return Place(service.client, f"{address}/messages?{signature}", refused)


@pytest.fixture
def folder(place: Place) -> Iterator[Folder]:
    """A folder of this test alone, that a run may write to."""
    made = place.folder(uuid.uuid4().hex)
    made.make()
    yield made
    made.make()
    made.remove()


def test_a_file_that_is_not_there_yet_is_none(folder: Folder) -> None:
    assert folder.read("1.json") is None


def test_a_file_is_read_as_it_was_written(folder: Folder) -> None:
    _put(folder, "1.json", LINE)

    assert folder.read("1.json") == LINE


def test_an_empty_file_is_there(folder: Folder) -> None:
    _put(folder, "1.json", "")

    assert folder.read("1.json") == ""


def test_dagster_hears_what_a_run_tells_while_the_run_is_at_work(folder: Folder) -> None:
    heard = []
    with _read(folder) as (reader, dagster):
        with telling(pipes(folder.path)) as tell:
            reader.pump()
            heard.append(list(dagster.methods))
            tell(UPKEEP, None)
            reader.pump()
            heard.append(list(dagster.methods))
        reader.pump()

    assert heard == [["opened"], ["opened", "log"]]
    assert dagster.methods == ["opened", "log", "closed"]
    assert dagster.heard[1]["params"]["message"] == UPKEEP.sentence


def test_half_a_file_is_not_taken_for_a_whole_one(folder: Folder) -> None:
    """It is read again when the rest is there."""
    with _read(folder) as (reader, dagster):
        _put(folder, "1.json", LINE + LINE[:20])
        reader.pump()
        early = list(dagster.methods)
        _put(folder, "1.json", LINE + LINE)
        reader.pump()

    assert (early, dagster.methods) == ([], ["log", "log"])


def test_a_folder_that_may_not_be_read_is_an_error_and_no_silence(place: Place) -> None:
    """Another try would not help: it is a setting that is wrong."""
    for address in place.refused:
        refused = folder_at(below(address, "7"), place.client)

        with pytest.raises(SettingsError), workspace_faults():
            FolderReader(refused).pump()


def test_a_folder_is_removed_with_all_that_a_run_left_in_it(place: Place) -> None:
    """Even half a file of a run that was killed; a folder beside it, whose name begins like it, stays."""
    name = uuid.uuid4().hex
    gone, stays = place.folder(name), place.folder(f"{name}-2")
    for each in (gone, stays):
        each.make()
        _put(each, "1.json", LINE)
        _put(each, "2.json.part", LINE[:20])

    gone.remove()

    assert (place.holds(name), stays.read("1.json")) == ([], LINE)
    stays.remove()
    assert place.holds(f"{name}-2") == []


def _put(folder: Folder, name: str, text: str) -> None:
    """As a run does."""
    with FolderWriter().open({"path": folder.path}) as channel:
        channel._put(name, text)


@contextmanager
def _read(folder: Folder) -> Iterator[tuple[FolderReader, Dagster]]:
    reader, dagster = FolderReader(folder), Dagster()
    handler: Any = dagster
    with reader.read_messages(handler):
        yield reader, dagster
