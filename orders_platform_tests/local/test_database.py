"""A PostgreSQL of the home: it keeps what it was told, and is gone with its platform, however that ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from sqlalchemy import NullPool, create_engine, text

from orders_platform.errors import EnvironmentFault
from orders_platform.local.database import DAGSTER, Database, running_database
from orders_platform.local.home import Home
from orders_platform.local.postgres_files import run_as
from orders_platform_tests.local.waiting import wait_until

pytestmark = pytest.mark.integration
HOLDER = """
import sys, time
from pathlib import Path
from orders_platform.local.database import running_database
from orders_platform.local.home import Home
with running_database(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One for all tests: to make the files of a server takes longer than to start it."""
    home = Home(tmp_path_factory.mktemp("home"))
    with running_database(home):
        return home


def test_records_are_there_again_at_the_next_start(home: Home) -> None:
    """A home outlives its processes."""
    with running_database(home) as database:
        _ask(database, "create table kept as select 7 as number")

    with running_database(home) as database:
        assert _ask(database, "select number from kept") == 7


def test_no_server_is_left_when_its_block_fails(home: Home) -> None:
    """The next start would have to end it first."""
    inside: list[psutil.Process] = []

    with pytest.raises(ZeroDivisionError):
        _fail_inside(home, inside)

    assert inside
    assert not _servers(home)


def test_the_server_ends_when_its_platform_is_killed(home: Home) -> None:
    """Its guard outlives the platform for a moment."""
    with _held(home) as holder:
        holder.kill()

        wait_until(lambda: not _servers(home))


def test_the_server_ends_when_its_guard_is_killed(home: Home) -> None:
    """Nobody is left then to ask it; it looks for itself."""
    with _held(home) as holder:
        [guard] = psutil.Process(holder.pid).children()

        guard.kill()

        wait_until(lambda: not _servers(home))


def test_a_server_that_is_left_all_the_same_gives_way_to_the_next_start(home: Home) -> None:
    """All that would have ended it were killed at once."""
    with _held(home) as holder:
        family = [psutil.Process(holder.pid), *psutil.Process(holder.pid).children(recursive=True)]
        above = [member for member in family if member.name() != "postgres"]
        # none of them sees the others go
        for member in above:
            member.suspend()
        for member in above:
            member.kill()
    left = _servers(home)

    with running_database(home) as database:
        assert _ask(database, "select 1") == 1
        assert left
        assert not any(server.is_running() for server in left)


def test_a_lock_file_with_the_number_of_another_process_stops_nobody(home: Home) -> None:
    """Numbers are given again soon in a container that starts anew; here to a process of the server's own user."""
    file = home.postgres / "postmaster.pid"
    with running_database(home):
        lock = file.read_text().splitlines()
    stranger = psutil.Popen(["sleep", "600"], **run_as())
    file.write_text("\n".join([str(stranger.pid), *lock[1:], ""]))

    try:
        with running_database(home) as database:
            assert _ask(database, "select 1") == 1
            assert stranger.is_running()
    finally:
        stranger.kill()
        stranger.wait()


def test_a_server_that_does_not_start_is_told_in_its_own_words(home: Home) -> None:
    """Here its files are of a version that is none."""
    version = home.postgres / "PG_VERSION"
    ours = version.read_text()
    version.write_text("3\n")

    with pytest.raises(EnvironmentFault, match=r"postgres did not start: .*not compatible with this version"):
        _fail_inside(home, [])

    version.write_text(ours)


@pytest.mark.parametrize("name", ["x" * 150, "50% of it, é"], ids=["long", "listed"])
def test_any_folder_will_do(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """A socket's path is short, and lists of folders have their own rules."""
    with running_database(Home(tmp_path_factory.mktemp("f") / name)) as database:
        assert _ask(database, "select 1") == 1


def _fail_inside(home: Home, servers: list[psutil.Process]) -> None:
    with running_database(home):
        servers += _servers(home)
        raise ZeroDivisionError


@contextmanager
def _held(home: Home) -> Iterator[subprocess.Popen[str]]:
    """A platform of another process."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(home.root)], stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            assert _servers(home)
            yield holder
        finally:
            holder.send_signal(signal.SIGKILL)


def _servers(home: Home) -> list[psutil.Process]:
    return [each for each in psutil.process_iter(["name", "cmdline"]) if _serves(each, home)]


def _serves(process: psutil.Process, home: Home) -> bool:
    return process.info["name"] == "postgres" and str(home.postgres) in (process.info["cmdline"] or ())


def _ask(database: Database, query: str) -> object:
    engine = create_engine(database.alchemy_url(DAGSTER), poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(query))
        return result.scalar() if result.returns_rows else None
