"""Files of a home that a power cut leaves empty, cut or gone: the start goes on where nothing is lost, or says what to do."""

import re
from pathlib import Path

import pytest

from orders_platform.alerts.database import FILE, prepared
from orders_platform.errors import EnvironmentFault
from orders_platform.lakehouse.backup.manifest import Foreign, parse
from orders_platform.lakehouse.backup.road import forget_if_damaged
from orders_platform.local.home import locked_home
from orders_platform.local.postgres import end_left_server
from orders_platform.local.postgres_files import data_made_in


@pytest.mark.parametrize("content", [b"", None], ids=["empty", "gone"])
def test_a_postgresql_without_its_version_is_neither_made_anew_nor_overwritten(tmp_path: Path, content: bytes | None) -> None:
    """It holds the squad's orders."""
    data = tmp_path / "postgres"
    (data / "base").mkdir(parents=True)
    if content is not None:
        (data / "PG_VERSION").write_bytes(content)

    with pytest.raises(
        EnvironmentFault, match=rf"^{data} holds a PostgreSQL's files, but PG_VERSION is empty or gone: put .* or move"
    ):
        data_made_in(data)

    assert (data / "base").is_dir()


@pytest.mark.parametrize("content", [b"", b"12", b"no number\n"])
def test_a_left_lock_of_postgresql_that_is_cut_stops_no_start(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "postmaster.pid").write_bytes(content.replace(b"12", b"999999999"))

    end_left_server(tmp_path)

    assert not (tmp_path / "postmaster.pid").exists()


@pytest.mark.parametrize("content", [b"", b"no num"])
def test_a_home_whose_lock_says_nothing_is_free(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lock").write_bytes(content)

    with locked_home(tmp_path, free_bytes=lambda _: 10**12) as home:
        assert home.root == tmp_path


def test_a_store_of_alerts_that_is_no_database_is_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"half of what was a database" * 100)

    with pytest.raises(EnvironmentFault, match=rf"\(file is not a database\): move {re.escape(FILE)} out of the home"):
        prepared(f"sqlite:///{tmp_path / FILE}")


@pytest.mark.parametrize("content", ["", '{"format": 1, "gene', "\0" * 100])
def test_an_entry_of_the_backup_that_is_cut_is_known_as_none(content: str) -> None:
    """Writer, check and replay name the file then."""
    assert isinstance(parse(content), Foreign)


@pytest.mark.parametrize(
    ("content", "is_kept"), [('v1\n{"batchWatermarkMs":0}\n{"logOffset":1}', True), ("", False), ("v1\n{", False)]
)
def test_a_checkpoint_over_the_backups_files_is_forgotten_where_it_is_damaged(
    tmp_path: Path, content: str, *, is_kept: bool
) -> None:
    checkpoint = tmp_path / "checkpoint"
    (checkpoint / "offsets").mkdir(parents=True)
    (checkpoint / "metadata").write_text('{"id":"1"}')
    (checkpoint / "offsets" / "0").write_text(content)

    forget_if_damaged(checkpoint)

    assert checkpoint.exists() == is_kept
