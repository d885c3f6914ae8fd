"""Whether the service is there, for who watches over it; no token is asked for."""

from fastapi import APIRouter, Request, Response

from orders_platform.squad.service.documents import refusals
from orders_platform.squad.service.models import Health

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
        await connection.execute("select 1")
    return Health()


@ROUTES.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
async def metrics(request: Request) -> Response:
    """Counters and times in Prometheus' text format."""
    return Response(request.app.state.metrics.text(), media_type="text/plain; version=0.0.4")
