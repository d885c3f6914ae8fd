"""Serves a PostgreSQL for as long as its parent lives: `python -m orders_platform.local.postgres FOLDER DATABASE...`.

Of the wheel that brings it, only the programs are used: started in the foreground, the server stays in its guard's process group
and tells its faults in the guard's log. Whoever starts it holds the home's lock, so another server in FOLDER is a left one.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Final

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from orders_platform.local.database import SUPERUSER, Database
from orders_platform.local.postgres_files import data_made_in, programs, run_as, socket_folder

_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 10.0
_LOOK_SECONDS: Final = 0.05
_PARENT_LOOK_SECONDS: Final = 1.0


def main(data: Path, names: Sequence[str]) -> int:
    """Serve until SIGTERM comes or the parent is gone; the server's exit code."""
    parent = os.getppid()
    end_left_server(data)
    data_made_in(data)
    with socket_folder(data) as sockets:
        server = _serve(data, sockets)
        try:
            database = Database(str(sockets))
            if not _ready(server, database):
                return 1
            _create(database, names)
            sys.stdout.write(json.dumps({"host": database.host}) + "\n")
            sys.stdout.flush()
            return _wait(server, parent)
        finally:
            _end(server)


def end_left_server(data: Path) -> None:
    """End a server whose platform was killed; a lock file whose number belongs to another process by now stops nobody."""
    lock = data / "postmaster.pid"
    if not lock.is_file():
        return
    number = lock.read_text().partition("\n")[0].strip()
    with suppress(psutil.NoSuchProcess, ValueError):
        left = psutil.Process(int(number))
        if left.name() == "postgres" and left.cwd() == str(data):
            _end(left)
            return
    lock.unlink()


def _serve(data: Path, sockets: Path) -> psutil.Popen:
    """Start the server, reachable by its socket alone, by this user alone."""
    settings = {"listen_addresses": "", "unix_socket_directories": str(sockets), "unix_socket_permissions": "0700"}
    words = [f"--{name}={value}" for name, value in settings.items()]
    server = psutil.Popen([programs() / "postgres", "-D", data, *words], cwd=data, **run_as())

    def end(_signal: int, _frame: FrameType | None) -> None:
        server.send_signal(signal.SIGINT)

    # what asks us to end would have the server wait for its clients; this one cuts them off
    signal.signal(signal.SIGTERM, end)
    return server


def _ready(server: psutil.Popen, database: Database) -> bool:
    """Wait until it answers; False where it ends instead, having said why."""
    until = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        with suppress(psycopg.OperationalError), _connected(database):
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _create(database: Database, names: Sequence[str]) -> None:
    """Make those databases that are not there yet."""
    with _connected(database) as connection:
        there = {name for (name,) in connection.execute("select datname from pg_database")}
        for name in sorted(set(names) - there):
            connection.execute(SQL("create database {}").format(Identifier(name)))


def _connected(database: Database) -> psycopg.Connection:
    # a database is not made inside a transaction
    return psycopg.connect(database.url(SUPERUSER), autocommit=True)


def _wait(server: psutil.Popen, parent: int) -> int:
    while os.getppid() == parent:
        with suppress(psutil.TimeoutExpired):
            return int(server.wait(_PARENT_LOOK_SECONDS) or 0)
    return 1


def _end(server: psutil.Process) -> None:
    with suppress(psutil.NoSuchProcess):
        server.send_signal(signal.SIGINT)
        try:
            server.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
