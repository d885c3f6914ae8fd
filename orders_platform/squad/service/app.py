"""Composes the API."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.types import ASGIApp

from orders_platform.settings import Settings
from orders_platform.squad.database import need_address
from orders_platform.squad.service import pages
from orders_platform.squad.service.callers import door
from orders_platform.squad.service.documents import TAGS
from orders_platform.squad.service.limits import BodyLimit
from orders_platform.squad.service.metrics import ApiMetrics, Timed
from orders_platform.squad.service.pool import pool_of
from orders_platform.squad.service.problems import handle_faults
from orders_platform.squad.service.routes import changes, health, questions


def api(settings: Settings) -> FastAPI:
    """The app over the database of the settings. Raises SettingsError."""
    pool = pool_of(need_address(settings.need_database()))

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
        openapi_tags=[{"name": name, "description": said} for name, said in TAGS.items()],
        docs_url=None,
        redoc_url=None,
    )
    app.state.pool, app.state.metrics = pool, ApiMetrics()
    app.state.time_zone = settings.timezone
    app.state.door = door(settings.api, settings.environment)
    app.state.calls = []
    for routes in (changes.ROUTES, questions.ROUTES, health.ROUTES, pages.ROUTES):
        app.include_router(routes)
        app.state.calls += routes.routes
    handle_faults(app)
    return app


def guarded(app: FastAPI) -> ASGIApp:
    """The app behind its limit on bodies, timed."""
    return Timed(BodyLimit(app), app.state.metrics)
