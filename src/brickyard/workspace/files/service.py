"""``/api/2.0/fs``: the Files API over volumes, registered models and MLflow's artifacts.

A volume's folder is made by the first upload into it: there is no volumes API to have made it
before. Parents of an uploaded file are made, as the platform does on object storage.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import secrets
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse, JSONResponse, Response

from brickyard.workspace.api.call import Call, read_fields
from brickyard.workspace.api.errors import ApiError, invalid
from brickyard.workspace.api.routing import Handler, Operation, Reply
from brickyard.workspace.files.paths import inside, printable
from brickyard.workspace.files.replies import (
    FilesError,
    no_directory,
    no_file,
    taken,
    with_details,
)
from brickyard.workspace.files.roots import Place, Roots
from brickyard.workspace.files.staging import Staging
from brickyard.workspace.home import Home

_LARGEST_PAGE = 1000
_OCTETS = "application/octet-stream"


class _Download(FileResponse):
    # A thread hop a megabyte, not one every 64 KiB.
    chunk_size = 1 << 20


class FilesService:
    """The Files API.

    Args:
        home: Where the files are.
    """

    def __init__(self, home: Home) -> None:
        self._roots = Roots(home)
        self._staging = Staging(home.root / "uploads" / "files")

    def operations(self) -> list[Operation]:
        """The calls it answers; HEAD goes with GET."""
        file, folder = "/fs/files/{path:path}", "/fs/directories/{path:path}"
        table: list[tuple[str, str, Handler, bool]] = [
            ("PUT", file, self.upload, True),
            ("GET", file, self.download, False),
            ("DELETE", file, self.delete, False),
            ("POST", file, self.start_upload, True),
            ("PUT", folder, self.create_directory, True),
            ("GET", folder, self.list_directory, False),
            ("DELETE", folder, self.delete_directory, False),
            ("POST", "/fs/create-upload-part-urls", self.no_signed_urls, True),
            ("POST", "/fs/create-download-url", self.no_signed_urls, True),
            ("POST", "/fs/create-abort-upload-url", self.abort_url, True),
            ("DELETE", "/fs/uploads/{token}", self.abort_upload, True),
        ]
        return [
            Operation(method, path, with_details(handler), raw=raw)
            for method, path, handler, raw in table
        ]

    async def upload(self, call: Call) -> Reply:
        """Write a file from the body, streamed to disk."""
        place = self._inner(call)
        overwrite = call.flag("overwrite", default=True)
        if place.disk.is_dir() or (not overwrite and os.path.lexists(place.disk)):
            raise taken(place.shown)
        with self._staging.open() as draft:
            await draft.fill(call.request.stream())
            try:
                await asyncio.to_thread(draft.publish, place.disk, overwrite=overwrite)
            except (FileExistsError, IsADirectoryError, NotADirectoryError) as exc:
                raise taken(place.shown) from exc
        return Response(status_code=204)

    async def download(self, call: Call) -> Reply:
        """A file, or the ranges asked for; HEAD gives its size and time only."""
        place = self._inner(call)
        if not place.disk.is_file():
            raise no_file(place.shown)
        status = place.disk.stat()
        unmodified_since = call.request.headers.get("if-unmodified-since")
        if unmodified_since is not None and int(status.st_mtime) > _seconds(unmodified_since):
            raise FilesError(
                412,
                "FAILED_PRECONDITION",
                "FILES_API_FILE_MODIFIED",
                f"{place.shown} was modified after {unmodified_since}.",
            )
        return _Download(place.disk, media_type=_OCTETS, stat_result=status)

    async def delete(self, call: Call) -> Reply:
        """Remove a file."""
        place = self._inner(call)
        if place.disk.is_dir() or not os.path.lexists(place.disk):
            raise no_file(place.shown)
        place.disk.unlink()
        return Response(status_code=204)

    async def create_directory(self, call: Call) -> Reply:
        """Make a folder and its parents; one that exists is fine."""
        place = self._find(call)
        if place.spare < 0:
            raise invalid(f"{place.shown} is above a volume and cannot be made here.")
        try:
            place.disk.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as exc:
            raise taken(place.shown) from exc
        return Response(status_code=204)

    async def list_directory(self, call: Call) -> Reply:
        """A page of a folder's entries; HEAD tells whether there is a folder."""
        place = self._find(call)
        if not place.disk.is_dir():
            raise no_directory(place.shown)
        if call.request.method == "HEAD":
            return Response(status_code=200)
        size = call.integer("page_size", _LARGEST_PAGE) or _LARGEST_PAGE
        if not 0 < size <= _LARGEST_PAGE:
            raise invalid(f"page_size {size} is not between 1 and {_LARGEST_PAGE}")
        after = _page_start(call.text("page_token", ""))
        return await asyncio.to_thread(_page, place, after, size)

    async def delete_directory(self, call: Call) -> Reply:
        """Remove an empty folder."""
        place = self._inner(call)
        if not place.disk.is_dir() or place.disk.is_symlink():
            raise no_directory(place.shown)
        try:
            place.disk.rmdir()
        except OSError as exc:
            raise FilesError(
                400,
                "INVALID_PARAMETER_VALUE",
                "FILES_API_DIRECTORY_IS_NOT_EMPTY",
                f"The directory {place.shown} is not empty.",
            ) from exc
        return Response(status_code=204)

    async def start_upload(self, call: Call) -> Reply:
        """Begin an upload in parts, which the SDK then falls back from to one PUT.

        The SDK has no fall-back from this call itself, only from the next one, which asks for
        signed URLs; nothing is kept here, so a session needs no end.
        """
        action = call.text("action", "")
        if action != "initiate-upload":
            raise invalid(f"action {action!r} is not supported: only 'initiate-upload' is.")
        place = self._inner(call)
        if not call.flag("overwrite", default=True) and os.path.lexists(place.disk):
            raise taken(place.shown)
        return {"multipart_upload": {"session_token": secrets.token_urlsafe(16)}}

    async def no_signed_urls(self, call: Call) -> Reply:
        """Storage is this server: there is nothing to sign, and the SDK falls back to it."""
        raise ApiError(
            404,
            "NOT_FOUND",
            f"{call.request.url.path}: files are read and written at /api/2.0/fs/files directly.",
        )

    async def abort_url(self, call: Call) -> Reply:
        """Where the SDK ends the upload that it fell back from; only the caller may follow it."""
        fields = await read_fields(call.request)
        token = str(fields.get("session_token", ""))
        url = call.request.url.replace(path=f"/api/2.0/fs/uploads/{token}", query="")
        header = call.request.headers.get("authorization", "")
        return {
            "abort_upload_url": {
                "url": str(url),
                "headers": [{"name": "Authorization", "value": header}],
            }
        }

    async def abort_upload(self, call: Call) -> Reply:
        """Nothing was kept, so there is nothing to remove."""
        del call
        return JSONResponse({})

    def _find(self, call: Call) -> Place:
        return self._roots.find(f"/{call.request.path_params['path']}")

    def _inner(self, call: Call) -> Place:
        return self._roots.inner(f"/{call.request.path_params['path']}")


def _seconds(http_date: str) -> int:
    try:
        return int(parsedate_to_datetime(http_date).timestamp())
    except ValueError as exc:
        raise invalid(f"If-Unmodified-Since {http_date!r} is not an HTTP date.") from exc


def _page(place: Place, after: str, size: int) -> dict[str, Any]:
    with os.scandir(place.disk) as entries:
        names = sorted(entry.name for entry in entries if entry.name > after)
    contents = []
    for name in names[:size]:
        entry = _entry(place, name)
        if entry is not None:
            contents.append(entry)
    reply: dict[str, Any] = {"contents": contents}
    if len(names) > size:
        token = base64.urlsafe_b64encode(os.fsencode(names[size - 1])).decode()
        reply["next_page_token"] = token
    return reply


def _entry(place: Place, name: str) -> dict[str, Any] | None:
    disk = Path(place.disk, name)
    if disk.is_symlink() and not inside(place.root, disk):
        return None
    try:
        status = disk.stat()
    except OSError:
        return None  # deleted since it was listed, or a link to nothing
    shown = printable(name)
    entry: dict[str, Any] = {
        "name": shown,
        "path": f"{place.shown}/{shown}",
        "is_directory": disk.is_dir(),
        "last_modified": status.st_mtime_ns // 1_000_000,
    }
    if not entry["is_directory"]:
        entry["file_size"] = status.st_size
    return entry


def _page_start(token: str) -> str:
    try:
        return os.fsdecode(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError) as exc:
        raise invalid(f"page_token {token!r} is not one of ours.") from exc
