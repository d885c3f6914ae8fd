"""Composes the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import psycopg
from fastapi import FastAPI
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from starlette.types import ASGIApp

from orders_platform.settings import Settings
from orders_platform.squad.database import OPTIONS, need_address
from orders_platform.squad.service.callers import door
from orders_platform.squad.service.documents import ALWAYS
from orders_platform.squad.service.limits import BodyLimit
from orders_platform.squad.service.metrics import ApiMetrics, Timed
from orders_platform.squad.service.once import Pool
from orders_platform.squad.service.problems import handle_faults
from orders_platform.squad.service.routes import changes, health, questions

_CONNECTIONS = 10
_WAIT_SECONDS = 5.0


def api(settings: Settings) -> FastAPI:
    """The app over the database of the settings. Raises SettingsError."""
    pool = _pool(need_address(settings.need_database()))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # without waiting: the service starts, and says that it is not ready, while the database is away
        await pool.open()
        yield
        await pool.close()

    app = FastAPI(
        title="Orders",
        version=version("orders_platform"),
        description="Places, amends, pays, ships and cancels orders; each accepted change becomes an event, once in gold.",
        lifespan=lifespan,
        responses=ALWAYS,
    )
    app.state.pool, app.state.metrics = pool, ApiMetrics()
    app.state.time_zone = settings.timezone
    app.state.door = door(settings.api, settings.environment)
    for routes in (changes.ROUTES, questions.ROUTES, health.ROUTES):
        app.include_router(routes)
    handle_faults(app)
    return app


def guarded(app: FastAPI) -> ASGIApp:
    """The app behind its limit on bodies, timed."""
    return Timed(BodyLimit(app), app.state.metrics)


def _pool(address: str) -> Pool:
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
