"""The API's own page: its calls, to be read and tried. All of it comes from this service, so it works without the Internet."""

from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

ROUTES = APIRouter(include_in_schema=False)
_HTML, _SCRIPT, _STYLE = "text/html; charset=utf-8", "text/javascript; charset=utf-8", "text/css; charset=utf-8"
# Swagger UI's two files lie in the package of a library whose other parts are not used: it is released with them
_OURS, _SWAGGER_UI = "orders_platform.squad.service", "fastapi_offline"
_PAGE: Final = (_OURS, "docs.html", _HTML)
_PARTS: Final = {
    "docs.js": (_OURS, "docs.js", _SCRIPT),
    "swagger-ui-bundle.js": (_SWAGGER_UI, "static/swagger-ui-bundle.js", _SCRIPT),
    "swagger-ui.css": (_SWAGGER_UI, "static/swagger-ui.css", _STYLE),
}
_HEADERS: Final = {
    # nothing from elsewhere, whatever stands in an order; Swagger UI sets styles by itself, and brings its icons as data
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@ROUTES.get("/")
async def start() -> Response:
    """Lead to the page; relative, so that it does so behind a proxy's path, too."""
    return RedirectResponse("docs")


@ROUTES.get("/docs")
async def page() -> Response:
    """The page."""
    return _answer(*_PAGE)


@ROUTES.get("/docs/{name}")
async def part(name: str) -> Response:
    """A part of it."""
    if name not in _PARTS:
        raise HTTPException(404)
    return _answer(*_PARTS[name])


def _answer(package: str, path: str, kind: str) -> Response:
    return Response(_read(package, path), headers=_HEADERS, media_type=kind)


@cache
def _read(package: str, path: str) -> bytes:
    return files(package).joinpath(path).read_bytes()
