"""The API's connections: asked before they are lent, and none that had a fault is lent again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

from orders_platform.squad.database import OPTIONS

Pool = AsyncConnectionPool[AsyncConnection[DictRow]]

_CONNECTIONS = 10
_WAIT_SECONDS = 5.0


@asynccontextmanager
async def lent(pool: Pool, wait_seconds: float = _WAIT_SECONDS) -> AsyncIterator[AsyncConnection[DictRow]]:
    """A connection, and a transaction, for the block. Raises psycopg.Error.

    After a fault of the database the connection is closed: one to a server that became a standby would stay there for ever.
    """
    async with pool.connection(wait_seconds) as connection:
        try:
            yield connection
        except psycopg.Error:
            await connection.close()
            raise


def pool_of(address: str) -> Pool:
    """Connections that are asked before they are lent.

    Where one is lost, a server mostly has closed all: a failover, a restart. By itself the pool would then try one after another
    with ever longer waits between them, beyond any caller's patience; so the others are looked over at once, and replaced.
    """

    async def look(connection: AsyncConnection[DictRow]) -> None:
        try:
            await pool.check_connection(connection)
        except psycopg.OperationalError:
            await pool.check()
            raise

    pool = Pool(
        address,
        open=False,
        min_size=_CONNECTIONS,
        max_size=_CONNECTIONS,
        timeout=_WAIT_SECONDS,
        # given up soon, so that the next call opens a new one: by itself a lost one comes back after ever longer waits
        reconnect_timeout=_WAIT_SECONDS,
        kwargs={"row_factory": dict_row, **OPTIONS},
        check=look,
    )
    return pool
