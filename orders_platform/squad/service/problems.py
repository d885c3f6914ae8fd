"""Faults as problem documents (RFC 9457): each says what to do, none shows how the service is made inside."""

from http import HTTPStatus

import orjson
import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from starlette.routing import Match, Route

from orders_platform.squad.database import is_away
from orders_platform.squad.service.patterns import said
from orders_platform.squad.service.refusals import Refusal, Unavailable

MEDIA_TYPE = "application/problem+json"
_TYPES = "urn:orders-platform:problem:"
# of a faulty request so many errors are told
_MOST_ERRORS = 20
_LOG = structlog.get_logger("orders.api")


def handle_faults(app: FastAPI) -> None:
    """Have the app answer every fault by a problem document."""
    app.exception_handler(Refusal)(_refused)
    app.exception_handler(RequestValidationError)(_invalid)
    app.exception_handler(HTTPException)(_framework)
    app.exception_handler(psycopg.Error)(_database)
    app.exception_handler(Exception)(_ours)


def problem(status: int, kind: str, title: str, detail: str, **more: object) -> Response:
    """A problem document as an answer."""
    told = {"type": f"{_TYPES}{kind}", "title": title, "status": status, "detail": detail, **more}
    return Response(orjson.dumps(told), status, media_type=MEDIA_TYPE)


async def _refused(_request: Request, refusal: Refusal) -> Response:
    answer = problem(refusal.status, refusal.kind, refusal.title, str(refusal))
    answer.headers.update(refusal.headers)
    return answer


async def _invalid(_request: Request, fault: RequestValidationError) -> Response:
    # without what was sent: it may be personal
    found = fault.errors()
    errors = [{"where": ".".join(map(str, one["loc"])), "what": said(one)} for one in found[:_MOST_ERRORS]]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    first = f"{errors[0]['where']}: {errors[0]['what']}{more}"
    return problem(422, "invalid", "The request is not valid", first, errors=errors)


async def _framework(request: Request, fault: HTTPException) -> Response:
    answer = problem(fault.status_code, "http", HTTPStatus(fault.status_code).phrase, str(fault.detail))
    answer.headers.update(fault.headers or {})
    if fault.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """All that the path allows: the framework names those of one route alone, or none."""
    routes = [*request.app.state.calls, *request.app.routes]
    found = (route for route in routes if isinstance(route, Route) and route.matches(request.scope)[0] != Match.NONE)
    return sorted({method for route in found for method in route.methods or ()})


async def _ours(_request: Request, _fault: Exception) -> Response:
    """A fault of this service; the server logs it with its traceback, which is for nobody else."""
    return problem(500, "fault", "The service has a fault", "nothing was changed; tell the orders squad when it was")


async def _database(request: Request, fault: psycopg.Error) -> Response:
    if not is_away(fault):
        # one of ours, and the server's log shall have it whole
        raise fault
    _LOG.error("database_fault", path=request.scope["path"], kind=type(fault).__name__, state=fault.sqlstate)
    return await _refused(request, Unavailable("the database does not serve: send the same call again, with the same key"))
