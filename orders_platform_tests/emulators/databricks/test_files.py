"""The Files API, by the real SDK."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import requests
from databricks.sdk.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied

from orders_platform.emulators.databricks.errors import TooLarge
from orders_platform.emulators.databricks.volumes import Volumes
from orders_platform_tests.emulators.databricks.service_process import ServiceProcess

pytestmark = [pytest.mark.integration]


@pytest.fixture
def folder(service: ServiceProcess, request: pytest.FixtureRequest) -> Path:
    """A folder of this test's own in the volume."""
    made: Path = service.home / str(request.node.name)
    made.mkdir()
    return made


def upload(service: ServiceProcess, path: Path | str, content: bytes, **more: bool) -> None:
    service.client.files.upload(str(path), io.BytesIO(content), **more)


def download(service: ServiceProcess, path: Path | str) -> bytes:
    contents = service.client.files.download(str(path)).contents
    assert contents is not None
    with contents:
        return contents.read()


def test_a_file_goes_there_and_back(service: ServiceProcess, folder: Path) -> None:
    content = bytes(range(256)) * 5_000

    upload(service, folder / "a b%2F#é.bin", content)

    assert (folder / "a b%2F#é.bin").read_bytes() == content
    assert download(service, folder / "a b%2F#é.bin") == content
    assert service.client.files.get_metadata(str(folder / "a b%2F#é.bin")).content_length == len(content)


def test_a_file_is_replaced_only_when_asked(service: ServiceProcess, folder: Path) -> None:
    upload(service, folder / "file", b"old")

    with pytest.raises(AlreadyExists):
        upload(service, folder / "file", b"new", overwrite=False)
    upload(service, folder / "file", b"newer", overwrite=True)

    assert download(service, folder / "file") == b"newer"


def test_a_file_of_parts_goes_whole(service: ServiceProcess, folder: Path) -> None:
    """The SDK sends 50 MB and more in parts, where a workspace takes them."""
    content = b"0123456789abcdef" * (4 * 2**20)

    upload(service, folder / "large", content, overwrite=True)

    assert (folder / "large").read_bytes() == content
    assert [path.name for path in folder.iterdir()] == ["large"]


def test_a_folder_lists_what_it_holds(service: ServiceProcess, folder: Path) -> None:
    service.client.files.create_directory(str(folder / "below" / "deep"))
    upload(service, folder / "file", b"12345")

    entries = {entry.name: entry for entry in service.client.files.list_directory_contents(str(folder))}

    assert set(entries) == {"below", "file"}
    assert (entries["below"].is_directory, entries["file"].is_directory) == (True, False)
    assert (entries["file"].path, entries["file"].file_size) == (str(folder / "file"), 5)
    assert entries["file"].last_modified == int((folder / "file").stat().st_mtime * 1000)
    service.client.files.get_directory_metadata(str(folder / "below"))


def test_a_long_list_comes_in_pages(service: ServiceProcess, folder: Path) -> None:
    for number in range(7):
        (folder / f"{number}").touch()

    names = [entry.name for entry in service.client.files.list_directory_contents(str(folder), page_size=3)]

    assert names == [f"{number}" for number in range(7)]


def test_a_folder_is_removed_only_when_empty(service: ServiceProcess, folder: Path) -> None:
    upload(service, folder / "below" / "file", b"")

    with pytest.raises(BadRequest, match="not empty"):
        service.client.files.delete_directory(str(folder / "below"))
    service.client.files.delete(str(folder / "below" / "file"))
    service.client.files.delete_directory(str(folder / "below"))

    assert list(folder.iterdir()) == []


def test_what_is_missing_is_not_found(service: ServiceProcess, folder: Path) -> None:
    files = service.client.files
    missing = str(folder / "missing")

    for ask in (files.download, files.delete, files.get_metadata, files.delete_directory, files.get_directory_metadata):
        with pytest.raises(NotFound):
            ask(missing)
    with pytest.raises(NotFound):
        list(files.list_directory_contents(missing))


@pytest.mark.parametrize("way", ["outside", "dots", "encoded dots", "link", "volume"])
def test_nothing_outside_of_the_volumes_is_reached(service: ServiceProcess, folder: Path, tmp_path: Path, way: str) -> None:
    (tmp_path / "secret").write_text("not yours")
    (folder / "link").symlink_to(tmp_path)
    up = "/".join([".."] * 20)
    paths = {
        "outside": f"{tmp_path}/secret",
        "dots": f"{folder}/{up}{tmp_path}/secret",
        "encoded dots": f"{folder}/{up.replace('.', '%2E')}{tmp_path}/secret",
        "link": f"{folder}/link/secret",
        "volume": "/",
    }
    head = {"Authorization": f"Bearer {service.settings['DATABRICKS_TOKEN']}"}

    for method, kind in (("GET", "files"), ("PUT", "files"), ("DELETE", "files"), ("GET", "directories"), ("PUT", "directories")):
        asked = requests.Request(method, f"{service.settings['DATABRICKS_HOST']}/api/2.0/fs/{kind}/", headers=head).prepare()
        asked.url = f"{service.settings['DATABRICKS_HOST']}/api/2.0/fs/{kind}{paths[way]}"
        with requests.Session() as session:
            answer = session.send(asked, timeout=10)
        assert answer.status_code == 403, (method, kind, answer.text)
        assert answer.json()["error_code"] == "PERMISSION_DENIED"

    assert (tmp_path / "secret").read_text() == "not yours"


def test_a_file_too_large_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"12345"

    with pytest.raises(TooLarge, match="at most 10 bytes"):
        asyncio.run(Volumes([tmp_path], largest_file=10).write(f"{tmp_path}/file", chunks(), overwrite=True))

    assert list(tmp_path.iterdir()) == []


def test_a_volume_itself_stays(service: ServiceProcess) -> None:
    with pytest.raises(PermissionDenied):
        service.client.files.delete_directory(str(service.home))
