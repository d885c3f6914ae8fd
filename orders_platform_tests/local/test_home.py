"""One platform a home; its folder's faults are said in one sentence."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orders_platform.errors import EnvironmentFault
from orders_platform.local.home import locked_home

HOLDER = """
import sys, time
from pathlib import Path
from orders_platform.local.home import locked_home
with locked_home(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_platform_in_the_same_home_is_told_who_holds_it(tmp_path: Path) -> None:
    """The sentence names the process, the folder and the way out."""
    with (
        _held(tmp_path) as holder,
        pytest.raises(EnvironmentFault, match=rf"process {holder.pid}\) is already at work in {tmp_path}: stop it"),
        locked_home(tmp_path),
    ):
        pytest.fail("two platforms in one home")


def test_a_home_is_free_again_once_its_platform_was_killed(tmp_path: Path) -> None:
    """No lock file has to be removed by hand after a crash."""
    with _held(tmp_path) as holder:
        holder.kill()
        holder.wait()

        with locked_home(tmp_path) as home:
            assert home.root == tmp_path


def test_a_home_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """Here a file stands where the folder should be."""
    (tmp_path / "file").write_text("")

    with pytest.raises(EnvironmentFault, match=r"cannot write in .*: Not a directory"), locked_home(tmp_path / "file" / "home"):
        pytest.fail("a home inside a file")


def test_too_little_room_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A full disk in the middle of a pass is worse than a sentence at its start."""
    with pytest.raises(EnvironmentFault, match="make room"), locked_home(tmp_path, free_bytes=lambda _: 1_000_000):
        pytest.fail("started on a full disk")


def test_a_disk_that_fills_up_on_the_way_is_one_sentence(tmp_path: Path) -> None:
    """Whoever wrote the byte too many."""
    with pytest.raises(EnvironmentFault, match="is full: make room"), locked_home(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_other_faults_of_the_system_keep_their_own_words(tmp_path: Path) -> None:
    """A refused connection is no full disk."""
    with pytest.raises(ConnectionRefusedError), locked_home(tmp_path):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")


@contextmanager
def _held(home: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(home)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            yield holder
        finally:
            holder.kill()
