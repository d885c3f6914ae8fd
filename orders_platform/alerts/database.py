"""Where the alert store lies: a PostgreSQL, or a file of SQLite in the home; and the one that leads of several loops over it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.schema import CreateIndex, CreateTable

from orders_platform.addresses import without_secrets
from orders_platform.alerts.tables import METADATA
from orders_platform.errors import EnvironmentFault, SettingsError
from orders_platform.settings import Settings

FILE: Final = "alerts.db"
# SQLite's words for a file that is none of its own, or no longer
_DAMAGED: Final = ("file is not a database", "malformed")
_POSTGRESQL: Final = "postgresql"
_STATEMENT_MS: Final = 10_000
# Any numbers that no one else uses: one loop leads, one process makes the tables.
_LEAD, _TABLES = 7_316_004_231, 7_316_004_232


def engine_of(settings: Settings) -> sa.Engine:
    """The store's engine, its tables made. Raises EnvironmentFault where it does not serve, SettingsError for no address."""
    url = settings.alerts.database_url
    if url is None:
        settings.home.mkdir(parents=True, exist_ok=True)
        return prepared(f"sqlite:///{settings.home / FILE}")
    # the driver that Dagster brings: another one, where installed, would be taken instead
    address = url.replace("postgresql:", "postgresql+psycopg2:", 1)
    try:
        sa.make_url(address)
    except (sa.exc.ArgumentError, ValueError):
        raise SettingsError(
            "ORDERS_ALERT_DATABASE_URL is no address like postgresql://USER:PASSWORD@HOST:PORT/DATABASE, of one host"
        ) from None
    return prepared(address)


@cache
def prepared(url: str) -> sa.Engine:
    """An engine for a URL of SQLAlchemy's, one a process. Raises EnvironmentFault where the database does not serve."""
    if url.startswith(_POSTGRESQL):
        options = {"connect_timeout": 5, "options": f"-c statement_timeout={_STATEMENT_MS}", "application_name": "orders-alerts"}
    else:
        options = {"timeout": 5}
    engine = sa.create_engine(url, connect_args=options, pool_pre_ping=True)
    sa.event.listen(engine, "handle_error", _connect_anew)
    with faults(), engine.begin() as connection:
        if _is_postgresql(engine):
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TABLES)))
        else:
            connection.exec_driver_sql("pragma journal_mode = wal")
        for table in METADATA.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))
    return engine


def _connect_anew(fault: sa.ExceptionContext) -> None:
    """A connection that had a fault is used no more: one to a file that could not be written stays read-only for ever."""
    fault.is_disconnect = True


@contextmanager
def lead(engine: sa.Engine) -> Iterator[bool]:
    """Be the one loop at work for the block, or be told that another one is. It falls with its holder, however that ends."""
    with _lead_in_postgresql(engine) if _is_postgresql(engine) else _lead_by_file(Path(f"{engine.url.database}.lock")) as leads:
        yield leads


@contextmanager
def faults() -> Iterator[None]:
    """Say that the store does not serve, without its address, which may hold a password. Raises EnvironmentFault."""
    try:
        yield
    except sa.exc.DBAPIError as fault:
        # a driver that cannot read an address quotes it
        is_unread = isinstance(fault, sa.exc.ProgrammingError) and getattr(fault.orig, "pgcode", None) is None
        raise _fault("its driver does not take its address" if is_unread else without_secrets(str(fault.orig))) from None


def _fault(reason: str) -> EnvironmentFault:
    if any(words in reason for words in _DAMAGED):
        return EnvironmentFault(
            f"the alert store does not serve ({reason}): move {FILE} out of the home, and a new one is made; what is wrong is "
            "found again at the next look, and told again"
        )
    return EnvironmentFault(
        f"the alert store does not serve ({reason}): make room, or see that its database runs; nothing is lost, since what "
        "is wrong is found again at the next look"
    )


@contextmanager
def _lead_in_postgresql(engine: sa.Engine) -> Iterator[bool]:
    with faults(), closing(engine.connect().execution_options(isolation_level="AUTOCOMMIT")) as connection:
        leads = bool(connection.execute(sa.select(sa.func.pg_try_advisory_lock(_LEAD))).scalar())
        try:
            yield leads
        finally:
            # the lock is the session's: it must not go back into the pool with it
            connection.invalidate()


@contextmanager
def _lead_by_file(path: Path) -> Iterator[bool]:
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as fault:
        raise _fault(f"{fault.strerror}: {path}") from fault
    try:
        leads = False
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leads = True
        yield leads
    finally:
        os.close(file)


def _is_postgresql(engine: sa.Engine) -> bool:
    return engine.dialect.name == _POSTGRESQL
