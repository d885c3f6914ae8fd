"""What the backup asks of its place holds for a folder and for Hadoop's client, which reaches a container of Blob Storage."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orders_platform.errors import EnvironmentFault, PassRefused
from orders_platform.lakehouse.backup.store import ContainerStore, FolderStore, Store

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = pytest.mark.spark


@pytest.fixture(params=["folder", "container"])
def store(request: pytest.FixtureRequest, spark: "SparkSession", tmp_path: Path) -> Store:
    """A place with nothing in it."""
    place = tmp_path / "place"
    return FolderStore(str(place)) if request.param == "folder" else ContainerStore(spark, f"file://{place}")


def names(store: Store, folder: str) -> list[str]:
    """What it says is there."""
    return [file.name for file in store.files(folder)]


def test_what_was_put_is_read_and_listed_by_name(store: Store, tmp_path: Path) -> None:
    store.put_new("manifest/g/2.json", "two")
    store.put_new("manifest/g/1.json", "one é")

    assert names(store, "manifest") == ["manifest/g/1.json", "manifest/g/2.json"]
    assert store.read("manifest/g/1.json") == "one é"
    assert [file.bytes for file in store.files("manifest/g")] == [6, 3]
    assert (tmp_path / "place" / "manifest" / "g" / "1.json").stat().st_mtime == pytest.approx(
        store.files("manifest")[0].changed_at, abs=1
    )


def test_a_name_is_given_once(store: Store) -> None:
    store.put_new("manifest/1.json", "one")

    with pytest.raises(PassRefused, match=r"has manifest/1\.json already: another writer is at work"):
        store.put_new("manifest/1.json", "another")

    assert store.read("manifest/1.json") == "one"
    assert names(store, "") == ["manifest/1.json"]


def test_a_folder_that_is_not_there_has_no_files(store: Store) -> None:
    assert names(store, "manifest") == []


def test_what_is_being_written_is_not_listed(store: Store, tmp_path: Path) -> None:
    store.put_new("data/a.parquet", "a")
    for name in ("_temporary/0/b.parquet", ".a.parquet.crc", "_c.part"):
        (tmp_path / "place" / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "place" / "data" / name).touch()

    assert names(store, "data") == ["data/a.parquet"]


def test_what_is_removed_is_gone_with_all_below_it(store: Store) -> None:
    store.put_new("data/day/a", "a")
    store.put_new("data/b", "b")

    store.remove("data/day")
    store.remove("data/b")
    store.remove("data/b")

    assert names(store, "") == []


def test_a_place_that_is_no_folder_is_one_sentence(store: Store, tmp_path: Path) -> None:
    (tmp_path / "place").write_text("a file")

    with pytest.raises(EnvironmentFault, match=r"the backup .*place"):
        store.put_new("manifest/1.json", "one")
