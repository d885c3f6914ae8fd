"""The Files API: `/api/2.0/fs/files` and `/api/2.0/fs/directories`."""

from email.utils import formatdate
from typing import Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from orders_platform.emulators.databricks.fields import Fields
from orders_platform.emulators.databricks.service import Service

_PAGE: Final = 1_000


class FilesApi:
    """Files and folders of the service's volumes."""

    def __init__(self, service: Service) -> None:
        """Serve the volumes of `service`."""
        self._volumes = service.volumes

    def routes(self) -> list[Route]:
        """What is served."""
        files, folders = "/api/2.0/fs/files{path:path}", "/api/2.0/fs/directories{path:path}"
        return [
            Route(files, self._download, methods=["GET", "HEAD"]),
            Route(files, self._upload, methods=["PUT"]),
            Route(files, self._delete, methods=["DELETE"]),
            Route(files, self._begin_parts, methods=["POST"]),
            Route(folders, self._look, methods=["HEAD"]),
            Route(folders, self._list, methods=["GET"]),
            Route(folders, self._make_folder, methods=["PUT"]),
            Route(folders, self._delete_folder, methods=["DELETE"]),
        ]

    async def _download(self, request: Request) -> Response:
        place = self._volumes.file(_path(request))
        stat = await to_thread.run_sync(place.stat)
        # the default names it with a charset and quotes a file name
        headers = {"last-modified": formatdate(stat.st_mtime, usegmt=True)}
        return FileResponse(place, headers=headers, media_type="application/octet-stream", stat_result=stat)

    async def _upload(self, request: Request) -> Response:
        overwrite = Fields(dict(request.query_params)).flag("overwrite")
        await self._volumes.write(_path(request), request.stream(), overwrite=overwrite)
        return Response(status_code=204)

    async def _begin_parts(self, request: Request) -> Response:
        """The SDK wants to send a large file in parts; where no part can be sent, it sends the whole by PUT."""
        self._volumes.place(_path(request))
        return JSONResponse({"multipart_upload": {"session_token": "whole"}})

    async def _delete(self, request: Request) -> Response:
        await to_thread.run_sync(self._volumes.delete_file, _path(request))
        return Response(status_code=204)

    async def _look(self, request: Request) -> Response:
        self._volumes.folder(_folder(request))
        return Response()

    async def _list(self, request: Request) -> Response:
        query = Fields(dict(request.query_params))
        size = min(query.number("page_size") or _PAGE, _PAGE)
        begin = query.number("page_token") or 0
        entries = await to_thread.run_sync(self._volumes.entries, _folder(request))
        rest = {"next_page_token": str(begin + size)} if begin + size < len(entries) else {}
        return JSONResponse({"contents": entries[begin : begin + size], **rest})

    async def _make_folder(self, request: Request) -> Response:
        await to_thread.run_sync(self._volumes.make_folder, _folder(request))
        return Response(status_code=204)

    async def _delete_folder(self, request: Request) -> Response:
        await to_thread.run_sync(self._volumes.delete_folder, _folder(request))
        return Response(status_code=204)


def _path(request: Request) -> str:
    return str(request.path_params["path"])


def _folder(request: Request) -> str:
    return _path(request).rstrip("/") or "/"
