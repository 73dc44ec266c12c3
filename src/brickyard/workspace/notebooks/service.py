"""``/api/2.0/workspace`` and ``/api/2.0/workspace-files``.

Sources: the Workspace API as ``databricks-sdk`` calls it, and the workspace-files calls that the
Databricks CLI makes. Content is kept and exported byte for byte.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import malformed
from brickyard.workspace.api.routing import Handler, Operation, Reply
from brickyard.workspace.home import Home
from brickyard.workspace.notebooks import imports
from brickyard.workspace.notebooks.files import NotebookFiles, PathTakenError
from brickyard.workspace.notebooks.paths import canonical

_EXTENSIONS = {"PYTHON": "py", "SQL": "sql", "SCALA": "scala", "R": "r"}
_CHUNK = 1 << 20


class WorkspaceService:
    """Imports, exports, lists and deletes notebooks, files and folders.

    Args:
        home: The workspace's home.
        files: The tree to serve; its own when None.
    """

    def __init__(self, home: Home, files: NotebookFiles | None = None) -> None:
        self.files = files or NotebookFiles(home)
        self._welcomed: set[str] = set()

    def operations(self) -> list[Operation]:
        """The calls it answers."""
        calls: list[tuple[str, str, Handler, bool]] = [
            ("POST", "/workspace/import", self.import_, False),
            ("GET", "/workspace/export", self.export, False),
            ("GET", "/workspace/list", self.list_, False),
            ("GET", "/workspace/get-status", self.get_status, False),
            ("POST", "/workspace/mkdirs", self.mkdirs, False),
            ("POST", "/workspace/delete", self.delete, False),
            ("POST", "/workspace-files/import-file/{path:path}", self.import_file, True),
            ("GET", "/workspace-files/{path:path}", self.read_file, True),
        ]
        return [
            Operation(method, path, self._with_user_folder(handler), raw=raw)
            for method, path, handler, raw in calls
        ]

    async def import_(self, call: Call) -> Reply:
        """``workspace/import``: a notebook or file from base64 or posted content."""
        path = canonical(call.text("path"))
        language = call.optional_text("language")
        content = imports.decode_content(call.fields.get("content"))
        wanted = imports.decide(path, call.text("format", "SOURCE"), language, content)
        overwrite = call.flag("overwrite")
        await asyncio.to_thread(self.files.write, wanted, overwrite=overwrite)
        return {}

    async def export(self, call: Call) -> Reply:
        """``workspace/export``: base64 in JSON, or the bytes with ``direct_download``."""
        path = call.text("path")
        imports.check_format(call.text("format", "SOURCE"))
        direct = call.flag("direct_download")
        status, content = await asyncio.to_thread(self._read, path)
        name = status["path"].rpartition("/")[2]
        kind = _EXTENSIONS.get(status.get("language", ""))
        if not direct:
            encoded = base64.b64encode(content).decode()
            return {"content": encoded, "file_type": kind or name.rpartition(".")[2]}
        return Response(
            content,
            media_type="application/octet-stream",
            headers=_attachment(f"{name}.{kind}" if kind else name),
        )

    async def list_(self, call: Call) -> Reply:
        """``workspace/list``; an empty folder answers ``{}``."""
        after = call.integer("notebooks_modified_after", 0)
        found = await asyncio.to_thread(self.files.children, call.text("path"))
        objects = [
            info
            for info in found
            if info["object_type"] != "NOTEBOOK" or info["modified_at"] > after
        ]
        return {"objects": objects} if objects else {}

    async def get_status(self, call: Call) -> Reply:
        """``workspace/get-status``."""
        info = await asyncio.to_thread(self.files.status, call.text("path"))
        if call.flag("return_export_info") and info["object_type"] == "NOTEBOOK":
            # Undocumented; the CLI asks for it to tell source notebooks from Jupyter ones.
            info["repos_export_format"] = "SOURCE"
        return info

    async def mkdirs(self, call: Call) -> Reply:
        """``workspace/mkdirs``: a folder and its parents."""
        await asyncio.to_thread(self.files.make_directories, call.text("path"))
        return {}

    async def delete(self, call: Call) -> Reply:
        """``workspace/delete``."""
        recursive = call.flag("recursive")
        await asyncio.to_thread(self.files.delete, call.text("path"), recursive=recursive)
        return {}

    async def import_file(self, call: Call) -> Reply:
        """``workspace-files/import-file``: the body as it is, decided as format AUTO.

        A ``.ipynb`` is kept as a plain file, so that a folder with one in it can be synchronised.
        """
        path = canonical(f"/{call.text('path')}")
        overwrite = call.flag("overwrite")
        with self.files.aside() as prepared:
            first = await _receive(call, prepared)
            target, kind = imports.notebook_path(path, first), imports.kind_of(first)
            if kind == "NOTEBOOK":
                imports.check_size(prepared.stat().st_size)
            try:
                await asyncio.to_thread(self.files.put, prepared, target, kind, overwrite=overwrite)
            except PathTakenError as taken:
                if "FILE" == taken.kind == kind:
                    return JSONResponse(
                        {"error_code": taken.code, "message": taken.message}, status_code=409
                    )
                raise
        return {}

    async def read_file(self, call: Call) -> Reply:
        """``GET workspace-files/{path}``: the bytes."""
        file = await asyncio.to_thread(self.files.file, f"/{call.text('path')}")
        stream = file.open("rb")
        return StreamingResponse(_pieces(stream), media_type="application/octet-stream")

    def _read(self, path: str) -> tuple[dict[str, Any], bytes]:
        status = self.files.status(path)
        file = self.files.file(path)
        imports.check_size(file.stat().st_size)
        return status, file.read_bytes()

    def _with_user_folder(self, handler: Handler) -> Handler:
        """A workspace's user always has a home folder: make it before the user's first call."""

        async def welcoming(call: Call) -> Reply:
            if call.user not in self._welcomed:
                await asyncio.to_thread(self.files.make_directories, f"/Users/{call.user}")
                self._welcomed.add(call.user)
            return await handler(call)

        return welcoming


async def _receive(call: Call, file: Path) -> bytes:
    """Write the request's body to a file as it comes; returns its first bytes."""
    first = b""
    try:
        with file.open("wb") as stream:
            async for piece in call.request.stream():
                stream.write(piece)
                if len(first) < imports.HEADER_ROOM:
                    first += piece[: imports.HEADER_ROOM]
    except ClientDisconnect as exc:
        raise malformed("The connection closed before the whole body had come.") from exc
    return first


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _attachment(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
