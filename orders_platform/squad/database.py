"""The squad's PostgreSQL: its statements by name, connections, and what the server says when it cannot serve."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

from orders_platform.addresses import without_secrets
from orders_platform.errors import EnvironmentFault, SettingsError

# longer than any of ours takes; a client that hangs holds its locks no longer
STATEMENT_MS = 10_000
_CONNECT_SECONDS = 5
OPTIONS: dict[str, Any] = {
    "connect_timeout": _CONNECT_SECONDS,
    "options": f"-c statement_timeout={STATEMENT_MS} -c idle_in_transaction_session_timeout={STATEMENT_MS}",
    "application_name": "orders-platform",
    # a host that vanished is noticed within half a minute, and a standby is not taken for the database: it would take no write
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 25_000,
    "target_session_attrs": "read-write",
}

# What the server says when it cannot serve (SQLSTATE): the connection, who may log in, a transaction that it gave up for another
# one, connections or memory or disk that ran out, a shutdown or a failover or a timeout, its disk.
_AWAY_CLASSES = frozenset({"08", "28", "40", "53", "57", "58"})
_READ_ONLY, _NO_RIGHT, _LOCKED = "25006", "42501", "55P03"
_TOO_LATE = frozenset({"25P03", "25P04"})
_OLDER = frozenset({"42P01", "42703"})
_NO_DATABASE = "3D000"
# of classes that hold faults of ours, too; a file system that became read-only is told as a right that is missing
_AWAY = frozenset({_READ_ONLY, _NO_RIGHT, _LOCKED, _NO_DATABASE}) | _TOO_LATE | _OLDER
_LOOK = "see that it runs, and that ORDERS_DATABASE_URL leads to it"
_ADVICE = {
    _READ_ONLY: "it takes no writes: see whether its disk is nearly full, or whether it is a standby",
    _NO_RIGHT: "see that its user may write orders and outbox, and that its disk can be written",
    "53100": "make room on its disk",
    "53300": "let it have more connections, or end some",
}

Values = dict[str, object]
Connection = psycopg.Connection[DictRow]


@cache
def statement(name: str) -> bytes:
    """The statement in `sql/NAME.sql`; values are bound by name."""
    return files("orders_platform.squad").joinpath(f"sql/{name}.sql").read_bytes()


def connect(url: str, *, patient: bool = False) -> Connection:
    """A connection whose statements each stand alone; `patient` lets one take as long as it needs. Raises PlatformError."""
    given = OPTIONS | ({"options": ""} if patient else {})
    address = need_address(url)
    with serving():
        return psycopg.Connection[DictRow].connect(address, autocommit=True, row_factory=dict_row, **given)


def need_address(url: str) -> str:
    """The address itself. Raises SettingsError where it is none to the driver; its text is not shown: it may hold a password."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise SettingsError(
            "ORDERS_DATABASE_URL is no address like postgresql://USER:PASSWORD@HOST/DATABASE?sslmode=require"
        ) from None
    return url


def is_away(fault: psycopg.Error) -> bool:
    """Whether the database does not serve, whatever is asked of it; else the question was at fault, which is ours.

    By the server's own codes: the driver's classes cut across them, and one that has none is of the connection itself.
    """
    if fault.sqlstate is None:
        return isinstance(fault, psycopg.OperationalError)
    return fault.sqlstate[:2] in _AWAY_CLASSES or fault.sqlstate in _AWAY


@contextmanager
def serving() -> Iterator[None]:
    """Say in a sentence that the database does not serve. Raises EnvironmentFault; a fault of ours stays what it is."""
    try:
        yield
    except psycopg.Error as fault:
        if not is_away(fault):
            raise
        raise EnvironmentFault(unreachable(fault)) from None


def unreachable(fault: psycopg.Error) -> str:
    """Say that the database does not serve, and what to do; the address is not told, since it holds a password."""
    state = fault.sqlstate or ""
    if state in _OLDER:
        return "the database has no tables of this release: bring them up by `orders-platform api migrate`"
    said = without_secrets(fault.diag.message_primary or str(fault))
    return f"the orders database does not serve ({said}): {_ADVICE.get(state, _LOOK)}"
