"""The service's HTTP face: who may call, what is served, and how a refusal is said."""

import hmac
import html

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from orders_platform.emulators.databricks.errors import ApiError, Forbidden, StorageFull, Unauthenticated, UnknownEndpoint
from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.files_api import FilesApi
from orders_platform.emulators.databricks.jobs_api import JobsApi
from orders_platform.emulators.databricks.pipeline import Pipeline
from orders_platform.emulators.databricks.pipeline_events import PIPELINE_ID, PIPELINE_NAME
from orders_platform.emulators.databricks.pipelines_api import PipelinesApi
from orders_platform.emulators.databricks.runs import Run
from orders_platform.emulators.databricks.service import Service
from orders_platform.errors import FULL

# the SDK asks for it before its first call, and warns where it is not served
_METADATA = "/.well-known/databricks-config"
_SHOWN = 1_000_000
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{name}</h1><p>{title}: {state}</p><p>{message}</p><pre>{log}</pre></body></html>"""


def application(service: Service) -> Starlette:
    """The API of a service, for any ASGI server."""

    async def page(request: Request) -> Response:
        run = service.desk.run(Fields(request.path_params).need_number("run_id"))
        return HTMLResponse(_page(run, service.desk.printed(run, _SHOWN)[0]))

    async def update_page(request: Request) -> Response:
        return HTMLResponse(_update_page(service.pipeline, request.path_params["update_id"]))

    async def metadata(_: Request) -> Response:
        return JSONResponse({"oidc_endpoint": f"{service.url}/oidc"})

    return Starlette(
        routes=[
            *JobsApi(service).routes(),
            *PipelinesApi(service).routes(),
            *FilesApi(service).routes(),
            Route("/run/{run_id}", page),
            Route(f"/pipelines/{PIPELINE_ID}/updates/{{update_id}}", update_page),
            Route(_METADATA, metadata),
        ],
        # a page from elsewhere must not reach the service by a name of its own that leads here
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
            Middleware(_Bearers, token=service.options.token),
        ],
        exception_handlers={ApiError: _refused, HTTPException: _not_served, OSError: _disk, ClientDisconnect: _gone},
    )


class _Bearers:
    """Lets in who bears the token. Pages of runs are open: a browser bears none, and the service listens on this machine only."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._fault(scope) if scope["type"] == "http" and scope["path"].startswith("/api/") else None
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await _answer(fault)(scope, receive, send)

    def _fault(self, scope: Scope) -> ApiError | None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if not given.startswith(b"Bearer "):
            return Unauthenticated("Credential was not sent or was of an unsupported type for this API.")
        return None if hmac.compare_digest(given.removeprefix(b"Bearer "), self._expected) else Forbidden("Invalid access token.")


async def _refused(_: Request, fault: Exception) -> Response:
    return _answer(fault) if isinstance(fault, ApiError) else Response(status_code=500)


async def _not_served(request: Request, _: Exception) -> Response:
    return _answer(UnknownEndpoint(f"not served on one machine: {request.method} {request.url.path}"))


async def _disk(_: Request, fault: Exception) -> Response:
    """A name too long, no permission, a folder in a file's place: the path is what the client can change; or a full disk."""
    said = fault.strerror if isinstance(fault, OSError) else None
    if isinstance(fault, OSError) and fault.errno in FULL:
        return _answer(StorageFull(f"{said}: the disk is full: make room, and ask again"))
    return _answer(Forbidden(f"the disk refuses: {said or fault}"))


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


def _answer(fault: ApiError) -> JSONResponse:
    return JSONResponse({"error_code": fault.code, "message": str(fault)}, status_code=fault.status)


def _page(run: Run, log: str) -> str:
    name, state = run.request.name, run.result or run.state
    return _filled(title=f"Run {run.run_id}", name=name, message=run.message, log=log, state=state)


def _update_page(pipeline: Pipeline, update_id: str) -> str:
    update = pipeline.update(update_id)
    told = "\n".join(event["message"] for event in pipeline.log.events if event["origin"]["update_id"] == update_id)
    return _filled(title=f"Update {update_id}", name=PIPELINE_NAME, message="", log=told, state=update.state)


def _filled(**shown: str) -> str:
    return _PAGE.format(**{name: html.escape(text) for name, text in shown.items()})
