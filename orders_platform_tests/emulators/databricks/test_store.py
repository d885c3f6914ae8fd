"""The jobs service's records on a disk that is full, and in files that are damaged: it goes on, or says what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from orders_platform.emulators.databricks.errors import StorageFull
from orders_platform.emulators.databricks.runs import Result, State
from orders_platform.emulators.databricks.store import JOB, Store
from orders_platform.emulators.key_file import kept_key
from orders_platform.errors import EnvironmentFault
from orders_platform_tests.emulators.databricks.fakes import FakeWorkspace
from orders_platform_tests.faults.small_disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "4m") as disk:
        yield disk


@pytest.fixture
def workspace(disk: SmallDisk) -> Iterator[FakeWorkspace]:
    made = FakeWorkspace(disk.root / "databricks")
    yield made
    made.stop()


def fill_up(workspace: FakeWorkspace, disk: SmallDisk) -> None:
    """Also the room that the database has in its own files already."""
    disk.fill()
    with pytest.raises(StorageFull, match="the disk is full: make room"):
        list(iter(workspace.store.next_number, None))


def test_a_run_that_ends_on_a_full_disk_has_ended(workspace: FakeWorkspace, disk: SmallDisk) -> None:
    """The service is the only one that knows it, so it must neither forget it nor end."""
    run = workspace.run_now(workspace.job())
    fill_up(workspace, disk)

    workspace.end(run, "Error: " + "x" * 10_000)

    assert (run.state, run.result) == (State.TERMINATED, Result.FAILED)
    assert workspace.desk.active() == []


def test_what_ended_on_a_full_disk_is_on_disk_with_the_next_change_after_it(workspace: FakeWorkspace, disk: SmallDisk) -> None:
    job_id = workspace.job()
    run = workspace.run_now(job_id)
    fill_up(workspace, disk)
    workspace.end(run)
    disk.make_room()
    workspace.run_now(job_id)

    workspace.stop()
    workspace.start()

    again = workspace.desk.run(run.run_id)
    assert (again.state, again.result) == (State.TERMINATED, Result.SUCCESS)


def test_no_run_is_taken_that_could_not_be_kept(workspace: FakeWorkspace, disk: SmallDisk) -> None:
    job_id = workspace.job()
    fill_up(workspace, disk)

    with pytest.raises(StorageFull, match="make room"):
        workspace.run_now(job_id)

    assert workspace.desk.active() == []
    disk.make_room()
    assert workspace.run_now(job_id).state is State.PENDING


@pytest.mark.parametrize("content", [b"", b"no database, but long enough to be looked at as one" * 100, b"SQLite format 3\0"])
def test_a_damaged_file_of_jobs_is_told_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    """An empty one is a new one: nothing was lost that the platform does not make again."""
    file = tmp_path / "jobs.sqlite"
    file.write_bytes(content)

    if not content:
        Store.open(tmp_path).close()
        return
    with pytest.raises(
        EnvironmentFault, match=rf"{file} cannot be read .*: move it away, and start again; .* runs of before"
    ) as told:
        Store.open(tmp_path)
    assert "--data" not in str(told.value)


def test_a_document_that_is_cut_is_told_with_what_to_do(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.keep(JOB, 1, {"job_id": 1})
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database, database:
        database.execute("UPDATE documents SET body = '{\"job'")

    with pytest.raises(EnvironmentFault, match=r"jobs\.sqlite cannot be read .*move it away"):
        list(store.documents(JOB))
    store.close()


def test_an_empty_key_is_no_key_that_anybody_could_bear(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"")

    key = kept_key(tmp_path, "jobs service")

    assert len(key) > 40
    assert kept_key(tmp_path, "jobs service") == key


def test_a_key_that_is_no_text_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe\0")

    with pytest.raises(EnvironmentFault, match=r"key cannot keep the hub's key \(it is no text\): remove it"):
        kept_key(tmp_path, "hub")
