"""The squad's PostgreSQL: its statements by name, connections, and what the server says when it cannot serve."""

from functools import cache
from importlib.resources import files
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, dict_row

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

Values = dict[str, object]
Connection = psycopg.Connection[DictRow]


@cache
def statement(name: str) -> bytes:
    """The statement in `sql/NAME.sql`; values are bound by name."""
    return files("orders_platform.squad").joinpath(f"sql/{name}.sql").read_bytes()


def connect(url: str, *, patient: bool = False) -> Connection:
    """A connection whose statements each stand alone; `patient` lets one take as long as it needs. Raises PlatformError."""
    given = OPTIONS | ({"options": ""} if patient else {})
    try:
        return psycopg.Connection[DictRow].connect(need_address(url), autocommit=True, row_factory=dict_row, **given)
    except psycopg.Error as fault:
        raise EnvironmentFault(unreachable(fault)) from fault


def need_address(url: str) -> str:
    """The address itself. Raises SettingsError where it is none; its text is not shown, since it may hold a password."""
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise SettingsError(
            "ORDERS_DATABASE_URL is no address like postgresql://USER:PASSWORD@HOST/DATABASE; write a % in a password as %25"
        ) from None
    return url


def unreachable(fault: psycopg.Error) -> str:
    """Say that the database does not serve; the address is not told, since it holds a password."""
    reason = " ".join(str(fault).split())
    return f"the orders database does not serve ({reason}): see that it runs, and that ORDERS_DATABASE_URL leads to it"
