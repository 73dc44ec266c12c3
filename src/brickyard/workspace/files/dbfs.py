"""``/api/2.0/dbfs``: the DBFS API over ``<home>/dbfs``.

Limits and errors follow the API's documentation: blocks and reads of at most 1 MiB, streams that
idle out after ten minutes. Volumes are refused as on the platform: they have the Files API.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import os
import shutil
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.responses import FileResponse, Response

from brickyard.workspace.api.call import Call, read_fields
from brickyard.workspace.api.errors import ApiError, invalid, malformed, missing
from brickyard.workspace.api.routing import Operation, Reply
from brickyard.workspace.files.handles import Handles
from brickyard.workspace.files.mounts import Mounts
from brickyard.workspace.files.paths import inside, locate, printable, split
from brickyard.workspace.files.staging import Draft, Staging
from brickyard.workspace.home import Home

MAX_BLOCK = 1 << 20
_DEFAULT_READ = 1 << 19
_NOT_DBFS = ("Volumes", "Workspace", "Models")


@dataclass(frozen=True)
class _Place:
    shown: str
    disk: Path
    is_root: bool


class DbfsService:
    """The DBFS API.

    Args:
        home: Where ``dbfs:/`` lies.
        handles: The open streams; tests put their own clock in.
        mounts: The containers that DBFS shows.
    """

    def __init__(
        self, home: Home, handles: Handles | None = None, mounts: Mounts | None = None
    ) -> None:
        self._root = home.dbfs
        self._mounts = mounts
        self._staging = Staging(home.root / "uploads" / "dbfs")
        self._handles = handles or Handles()

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        return [
            Operation("GET", "/dbfs/get-status", self.get_status),
            Operation("GET", "/dbfs/list", self.list_files),
            Operation("GET", "/dbfs/read", self.read),
            Operation("POST", "/dbfs/mkdirs", self.mkdirs),
            Operation("POST", "/dbfs/delete", self.delete),
            Operation("POST", "/dbfs/move", self.move),
            Operation("POST", "/dbfs/put", self.put, raw=True),
            Operation("POST", "/dbfs/create", self.create),
            Operation("POST", "/dbfs/add-block", self.add_block),
            Operation("POST", "/dbfs/close", self.close),
            # What MLflow uses for artifacts and project code below dbfs:/, whole files in a body.
            Operation("GET", "/dbfs/{path:path}", self.download, versions=()),
            Operation("POST", "/dbfs/{path:path}", self.upload, versions=(), raw=True),
        ]

    async def get_status(self, call: Call) -> Reply:
        """One file or folder."""
        place = self._place(call.text("path"))
        return _info(place.shown, _stat(place))

    async def list_files(self, call: Call) -> Reply:
        """A folder's entries, or the file itself."""
        place = self._place(call.text("path"))
        status = _stat(place)
        if not place.disk.is_dir():
            return {"files": [_info(place.shown, status)]}
        files = await asyncio.to_thread(self._entries, place)
        return {"files": files} if files else {}

    async def read(self, call: Call) -> Reply:
        """At most 1 MiB of a file."""
        place = self._place(call.text("path"))
        offset, length = call.integer("offset", 0), call.integer("length", _DEFAULT_READ)
        if offset < 0 or length < 0:
            raise invalid(f"offset {offset} and length {length} must not be negative")
        if length > MAX_BLOCK:
            raise ApiError(
                400, "MAX_READ_SIZE_EXCEEDED", f"length {length} exceeds {MAX_BLOCK} bytes"
            )
        _stat(place)
        if place.disk.is_dir():
            raise invalid(f"Cannot read a directory: {place.shown}")
        with place.disk.open("rb") as stream:
            stream.seek(offset)
            data = stream.read(length)
        return {"bytes_read": len(data), "data": base64.b64encode(data).decode()}

    async def mkdirs(self, call: Call) -> Reply:
        """Make a folder and its parents."""
        place = self._place(call.text("path"))
        try:
            place.disk.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as exc:
            raise _exists(place.shown) from exc
        return {}

    async def delete(self, call: Call) -> Reply:
        """Remove a file, an empty folder, or with ``recursive`` a whole one."""
        place = self._place(call.text("path"))
        recursive = call.flag("recursive")
        if place.is_root:
            raise invalid(f"Cannot delete the root path: {place.shown}")
        _stat(place)
        await asyncio.to_thread(_remove, place, recursive)
        return {}

    async def move(self, call: Call) -> Reply:
        """Rename a file or folder; into the destination when that is a folder."""
        source = self._place(call.text("source_path"))
        target = self._place(call.text("destination_path"))
        _stat(source)
        if target.disk.is_dir():
            target = self._place(f"{target.shown.rstrip('/')}/{Path(source.shown).name}")
        if os.path.lexists(target.disk):
            raise _exists(target.shown)
        if source.is_root or inside(source.disk, target.disk):
            raise invalid(f"Cannot move {source.shown} into itself: {target.shown}")
        if not target.disk.parent.is_dir():
            raise missing(f"No file or directory exists on path {Path(target.shown).parent}.")
        source.disk.rename(target.disk)
        return {}

    async def put(self, call: Call) -> Reply:
        """Write a whole file: base64 in JSON, or a part of a form of any size."""
        request = call.request
        if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
            async with request.form() as form:
                fields = {**call.fields, **{k: v for k, v in form.items() if isinstance(v, str)}}
                return await self._put(Call(request, fields, call.user), _uploaded(form))
        return await self._put(Call(request, await read_fields(request), call.user), None)

    async def _put(self, call: Call, upload: UploadFile | None) -> Reply:
        place = self._writable(call.text("path"))
        overwrite = call.flag("overwrite")
        if os.path.lexists(place.disk) and not overwrite:
            raise _exists(place.shown)
        with self._staging.open() as draft:
            if upload is None:
                draft.write(_block(call.text("contents", ""), "contents"))
            else:
                await draft.fill(_parts(upload))
            await self._publish(draft, place, overwrite=overwrite)
        return {}

    async def create(self, call: Call) -> Reply:
        """Open a stream to a file that appears when the stream is closed."""
        place = self._writable(call.text("path"))
        overwrite = call.flag("overwrite")
        if os.path.lexists(place.disk) and not overwrite:
            raise _exists(place.shown)
        handle = self._handles.add(self._staging.open(), place.disk, overwrite=overwrite)
        return {"handle": handle}

    async def add_block(self, call: Call) -> Reply:
        """Append at most 1 MiB to an open stream."""
        stream = self._handles.get(call.integer("handle"))
        stream.draft.write(_block(call.text("data"), "data"))
        return {}

    async def close(self, call: Call) -> Reply:
        """End a stream: its file appears whole."""
        stream = self._handles.take(call.integer("handle"))
        place = _Place(f"/{stream.target.name}", stream.target, is_root=False)
        with stream.draft:
            await self._publish(stream.draft, place, overwrite=stream.overwrite)
        return {}

    async def download(self, call: Call) -> Reply:
        """The bytes of a file."""
        place = self._place(f"/{call.text('path')}")
        _stat(place)
        if place.disk.is_dir():
            raise invalid(f"Cannot read a directory: {place.shown}")
        return FileResponse(place.disk, media_type="application/octet-stream")

    async def upload(self, call: Call) -> Reply:
        """Write a file from a body, streamed; an existing one answers 409, as MLflow expects."""
        place = self._writable(f"/{call.text('path')}")
        if os.path.lexists(place.disk):
            raise ApiError(409, "RESOURCE_ALREADY_EXISTS", f"A file exists: {place.shown}")
        with self._staging.open() as draft:
            await draft.fill(call.request.stream())
            await self._publish(draft, place, overwrite=False)
        return Response(status_code=200)

    async def _publish(self, draft: Draft, place: _Place, *, overwrite: bool) -> None:
        try:
            await asyncio.to_thread(draft.publish, place.disk, overwrite=overwrite)
        except (FileExistsError, IsADirectoryError, NotADirectoryError) as exc:
            raise _exists(place.shown) from exc

    def _writable(self, path: str) -> _Place:
        place = self._place(path)
        if place.is_root or place.disk.is_dir():
            raise _exists(place.shown)
        return place

    def _place(self, path: str) -> _Place:
        plain = path.removeprefix("dbfs:")
        names = split(plain)
        if names and names[0] in _NOT_DBFS:
            raise invalid(
                f"/{names[0]} is not part of DBFS: use the Files API, /api/2.0/fs/files{plain}"
            )
        shown = "/" + "/".join(names)
        mounted = self._mounts.place(names) if self._mounts is not None else None
        if mounted is not None:
            return _Place(shown, locate(*mounted), is_root=not mounted[1])
        holds_mounts = self._mounts is not None and self._mounts.has_below(names)
        return _Place(shown, locate(self._root, names), is_root=not names or holds_mounts)

    def _entries(self, folder: _Place) -> list[dict[str, Any]]:
        prefix = folder.shown.rstrip("/")
        found = []
        with os.scandir(folder.disk) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                try:
                    if entry.is_symlink():  # only a mount may lead out of the folder
                        self._place(f"{prefix}/{entry.name}")
                    status = entry.stat()
                except (ApiError, OSError):
                    continue  # deleted since it was listed, or a link to nothing
                found.append(_info(f"{prefix}/{printable(entry.name)}", status))
        return found


def _stat(place: _Place) -> os.stat_result:
    try:
        return place.disk.stat()
    except OSError as exc:  # also a parent that is a file, or a link that leads in a circle
        raise missing(f"No file or directory exists on path {place.shown}.") from exc


def _info(shown: str, status: os.stat_result) -> dict[str, Any]:
    is_dir = stat.S_ISDIR(status.st_mode)
    return {
        "path": shown,
        "is_dir": is_dir,
        "file_size": 0 if is_dir else status.st_size,
        "modification_time": status.st_mtime_ns // 1_000_000,
    }


def _remove(place: _Place, recursive: bool) -> None:
    try:
        if place.disk.is_symlink() or not place.disk.is_dir():
            place.disk.unlink()
        elif recursive:
            shutil.rmtree(place.disk)
        else:
            place.disk.rmdir()
    except OSError as exc:
        raise ApiError(
            400, "IO_ERROR", f"Cannot delete {place.shown}: {exc.strerror}. Is recursive missing?"
        ) from exc


def _block(text: str, field: str) -> bytes:
    try:
        block = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise malformed(f"The field {field!r} is not base64: {exc}.") from exc
    if len(block) > MAX_BLOCK:
        raise ApiError(
            400,
            "MAX_BLOCK_SIZE_EXCEEDED",
            f"The field {field!r} holds {len(block)} bytes; at most {MAX_BLOCK} are allowed: "
            "use create, add-block and close, or a form.",
        )
    return block


def _uploaded(form: FormData) -> UploadFile | None:
    """The file of a form: ``contents`` as documented, or whatever name a client gave it."""
    return next((part for _, part in form.multi_items() if isinstance(part, UploadFile)), None)


async def _parts(upload: UploadFile) -> AsyncIterator[bytes]:
    while block := await upload.read(MAX_BLOCK):
        yield block


def _exists(shown: str) -> ApiError:
    return ApiError(400, "RESOURCE_ALREADY_EXISTS", f"A file or directory already exists: {shown}")
