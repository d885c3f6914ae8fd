"""Whether the service is there, for who watches over it; no token is asked for."""

from fastapi import APIRouter, Request, Response

from orders_platform.squad.database import statement
from orders_platform.squad.migrations import migrations
from orders_platform.squad.service.documents import refusals
from orders_platform.squad.service.models import Health
from orders_platform.squad.service.refusals import Unavailable

ROUTES = APIRouter(tags=["health"])
_READY_SECONDS = 2.0


@ROUTES.get("/health/live")
async def live() -> Health:
    """The process answers."""
    return Health()


@ROUTES.get("/health/ready", responses=refusals(_503="The database does not serve."))
async def ready(request: Request) -> Health:
    """The database answers; the hub is not asked, since without it orders wait in the outbox and none is refused."""
    async with request.app.state.pool.connection(timeout=_READY_SECONDS) as connection:
        # not any database: one whose tables are of this version
        found = await (await connection.execute(statement("schema_version"))).fetchone()
    if found is None or found["number"] < migrations()[-1].number:
        raise Unavailable("the database's tables are of an older version: run `orders-platform api migrate`")
    return Health()


@ROUTES.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
async def metrics(request: Request) -> Response:
    """Counters and times in Prometheus' text format."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")
