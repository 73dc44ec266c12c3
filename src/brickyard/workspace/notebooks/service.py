"""``/api/2.0/workspace`` and ``/api/2.0/workspace-files``.

Sources: the Workspace API as ``databricks-sdk`` calls it, and the workspace-files calls that the
Databricks CLI makes. Content in SOURCE format, and that of files, comes back byte for byte.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response, StreamingResponse

from brickyard.workspace.api.call import Call
from brickyard.workspace.api.errors import malformed
from brickyard.workspace.api.routing import Handler, Operation, Reply
from brickyard.workspace.home import Home
from brickyard.workspace.notebooks import exports, imports, stored
from brickyard.workspace.notebooks.files import NotebookFiles, PathTakenError
from brickyard.workspace.notebooks.paths import canonical

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
        form, overwrite = call.text("format", "SOURCE"), call.flag("overwrite")
        wanted = await asyncio.to_thread(imports.decide, path, form, language, content)
        await asyncio.to_thread(self.files.write, wanted, overwrite=overwrite)
        return {}

    async def export(self, call: Call) -> Reply:
        """``workspace/export``: base64 in JSON, or the bytes with ``direct_download``."""
        form = call.text("format", "SOURCE")
        imports.check_format(form)
        direct = call.flag("direct_download")
        given = await asyncio.to_thread(self._export, call.text("path"), form)
        if not direct:
            encoded = base64.b64encode(given.content).decode()
            return {"content": encoded, "file_type": given.file_type}
        return Response(
            given.content,
            media_type="application/octet-stream",
            headers=_attachment(given.file_name),
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
            info["repos_export_format"] = await asyncio.to_thread(self._form, info["path"])
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
        """``workspace-files/import-file``: the body as it is, decided as format AUTO."""
        path = canonical(f"/{call.text('path')}")
        overwrite = call.flag("overwrite")
        with self.files.aside() as prepared:
            first = await _receive(call, prepared)
            kind = "FILE" if stored.kind_of(first) is None else "NOTEBOOK"
            if imports.notebook_language(path, first):
                path, kind = await asyncio.to_thread(_prepare_notebook, prepared, path)
            elif kind == "NOTEBOOK":
                imports.check_size(prepared.stat().st_size)
            try:
                await asyncio.to_thread(self.files.put, prepared, path, kind, overwrite=overwrite)
            except PathTakenError as taken:
                if "FILE" == taken.kind == kind:
                    return JSONResponse(
                        {"error_code": taken.code, "message": taken.message}, status_code=409
                    )
                raise
        return {}

    async def read_file(self, call: Call) -> Reply:
        """``GET workspace-files/{path}``: the bytes; of a notebook, those of an AUTO export."""
        path = f"/{call.text('path')}"
        file = await asyncio.to_thread(self.files.file, path)
        stream = file.open("rb")
        if stored.kind_of(stream.read(stored.HEAD_BYTES)) is not None:
            stream.close()
            given = await asyncio.to_thread(self._export, path, "AUTO")
            return Response(given.content, media_type="application/octet-stream")
        stream.seek(0)
        return StreamingResponse(_pieces(stream), media_type="application/octet-stream")

    def _export(self, path: str, form: str) -> exports.Export:
        file = self.files.file(path)
        # A plain file may be of any size: not read before that is known.
        limit = imports.JUPYTER_LIMIT if self._form(path) == "JUPYTER" else imports.SIZE_LIMIT
        imports.check_size(file.stat().st_size, limit)
        return exports.export(canonical(path), form, file.read_bytes())

    def _form(self, path: str) -> str:
        with self.files.file(path).open("rb") as stream:
            kind = stored.kind_of(stream.read(stored.HEAD_BYTES))
        return kind.form if kind else "SOURCE"

    def _with_user_folder(self, handler: Handler) -> Handler:
        """A workspace's user always has a home folder: make it before the user's first call."""

        async def welcoming(call: Call) -> Reply:
            if call.user not in self._welcomed:
                await asyncio.to_thread(self.files.make_directories, f"/Users/{call.user}")
                self._welcomed.add(call.user)
            return await handler(call)

        return welcoming


def _prepare_notebook(prepared: Path, path: str) -> tuple[str, str]:
    """Rewrite a prepared file as the notebook it is; returns its path and kind."""
    imports.check_size(prepared.stat().st_size, imports.JUPYTER_LIMIT)
    wanted = imports.decide(path, "AUTO", None, prepared.read_bytes())
    prepared.write_bytes(wanted.content)
    return wanted.path, wanted.kind


async def _receive(call: Call, file: Path) -> bytes:
    """Write the request's body to a file as it comes; returns its first bytes."""
    first = b""
    try:
        with file.open("wb") as stream:
            async for piece in call.request.stream():
                stream.write(piece)
                if len(first) < stored.HEAD_BYTES:
                    first += piece[: stored.HEAD_BYTES]
    except ClientDisconnect as exc:
        raise malformed("The connection closed before the whole body had come.") from exc
    return first


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_CHUNK):
            yield piece


def _attachment(name: str) -> dict[str, str]:
    return {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
