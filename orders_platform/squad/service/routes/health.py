"""Whether the service is there, for who watches over it; no token is asked for."""

from fastapi import APIRouter, Request, Response

from orders_platform.squad.database import statement
from orders_platform.squad.migrations import migrations
from orders_platform.squad.service.documents import refusals
from orders_platform.squad.service.models import Health
from orders_platform.squad.service.pool import lent
from orders_platform.squad.service.refusals import Unavailable

ROUTES = APIRouter(tags=["health"])
_READY_SECONDS = 2.0


@ROUTES.get("/health/live", summary="Whether the process answers")
async def live() -> Health:
    """The process answers."""
    return Health()


@ROUTES.get("/health/ready", summary="Whether orders are taken", responses=refusals(_503="The database does not serve."))
async def ready(request: Request) -> Health:
    """The database takes orders; the hub is not asked, since without it orders wait in the outbox and none is refused."""
    async with lent(request.app.state.pool, _READY_SECONDS) as connection:
        found = await (await connection.execute(statement("readiness"))).fetchone()
    # not any database: one that takes orders, and whose tables are of this version
    if found is None or found["number"] < migrations()[-1].number:
        raise Unavailable("the database's tables are of an older version: run `orders-platform api migrate`")
    if found["is_read_only"]:
        raise Unavailable("the database takes no writes: see whether its disk is nearly full, or whether it is a standby")
    return Health()


@ROUTES.get(
    "/metrics",
    summary="Counters and times",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(request: Request) -> Response:
    """Counters and times in Prometheus' text format."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")
