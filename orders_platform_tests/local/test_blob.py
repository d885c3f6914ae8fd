"""The local Blob storage: what was stored is there after a restart; a machine without Node has a folder instead."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from orders_platform.errors import EnvironmentFault
from orders_platform.local.azurite.install import Azurite, ensure_azurite
from orders_platform.local.azurite.running import container_client, start_azurite
from orders_platform.local.backup_place import BackupPlace, usable_place
from orders_platform.local.processes import Children
from orders_platform.settings import Settings


@pytest.fixture
def azurite() -> Azurite:
    """The real one; a machine without Node, or that npm does not serve, has no Blob storage to test."""
    try:
        return ensure_azurite(Settings.load())
    except EnvironmentFault as fault:
        pytest.skip(str(fault))


def test_keeps_blobs_over_a_restart(azurite: Azurite, tmp_path: Path) -> None:
    data = tmp_path / "blob"
    data.mkdir()
    with Children(tmp_path / "first") as children, container_client(start_azurite(children, azurite, data)) as client:
        client.upload_blob("orders/1", b"one")
    with Children(tmp_path / "second") as children, container_client(start_azurite(children, azurite, data)) as client:
        assert client.download_blob("orders/1").readall() == b"one"


def test_without_node_the_backup_goes_to_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = io.StringIO()

    place = usable_place(BackupPlace.BLOB, Console(file=said, width=400))

    assert place is BackupPlace.FOLDER
    assert "Node" in said.getvalue()
    assert "folder" in said.getvalue()
