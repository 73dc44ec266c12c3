"""Answers for browsers: pages with their protecting headers, redirects, files of our own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from brickyard.workspace.web import templates

STATIC = Path(__file__).parent / "static"
PLOTLY = "plotly.js"
_STATIC_TYPES = {
    "brickyard.css": "text/css; charset=utf-8",
    "brickyard.js": "text/javascript; charset=utf-8",
    "brickyard.svg": "image/svg+xml",
}

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A text or table by itself is no document: nothing in it loads or runs.
_DOWNLOAD_POLICY = "sandbox; default-src 'none'; frame-ancestors 'self'"
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with that, browsers send "Origin: null" with our own forms too, and the
    # gate refuses them. Other sites learn nothing by this one either.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(name: str, *, status: int = 200, **context: object) -> Response:
    """A page from a template.

    Args:
        name: The template's file.
        status: HTTP status.
        **context: What the template shows.
    """
    return HTMLResponse(templates.page(name, **context), status, page_headers())


def page_headers() -> dict[str, str]:
    """Headers of every page."""
    return {**_COMMON, "Content-Security-Policy": _POLICY}


def error_page(status: int, title: str, message: str, user: str | None) -> Response:
    """A page that says what is wrong."""
    return page("error.html", status=status, title=title, message=message, user=user)


def document(html: str, policy: str) -> Response:
    """A document that is not ours, under a content policy of its own."""
    return HTMLResponse(html, headers={**_COMMON, "Content-Security-Policy": policy})


def download(content: str, media_type: str, name: str | None = None) -> Response:
    """Text that is shown by itself, or saved under a name."""
    headers = {**_COMMON, "Content-Security-Policy": _DOWNLOAD_POLICY}
    if name is not None:
        headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers=headers)


def redirect(path: str) -> Response:
    """Send a browser on with a GET."""
    return RedirectResponse(path, 303, _COMMON)


def local_path(text: str | None) -> str:
    """A path of this site, or ``/`` for whatever could lead to another.

    Args:
        text: What a request asks to go on to.
    """
    path = text or "/"
    # Browsers read a backslash as a slash, and drop tabs and line ends inside addresses.
    strange = "\\" in path or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in path)
    if strange or not path.startswith("/") or path.startswith("//"):
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"


async def static_file(request: Request) -> Response:
    """A file of our own; a browser that has it already is told so."""
    name = request.path_params["name"]
    if name == PLOTLY:
        return _plotly_script()
    if name not in _STATIC_TYPES:
        return Response("Not found", 404, _COMMON, media_type="text/plain")
    content, tag = _static(name)
    headers = {"Cache-Control": "no-cache", "ETag": tag, "X-Content-Type-Options": "nosniff"}
    if tag in _tags(request.headers):
        return Response(status_code=304, headers=headers)
    return Response(content, headers={**headers, "Content-Type": _STATIC_TYPES[name]})


def _plotly_script() -> Response:
    """Plotly's script, of the package that is installed beside the workspace.

    Frames that hold outputs load it, and they are of no site: any may read it.
    """
    spec = find_spec("plotly")
    file = Path(spec.origin).parent / "package_data/plotly.min.js" if spec and spec.origin else None
    if file is None or not file.is_file():
        return Response("plotly is not installed", 404, _COMMON, media_type="text/plain")
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600"}
    return FileResponse(file, headers=headers, media_type="text/javascript; charset=utf-8")


@cache
def _static(name: str) -> tuple[bytes, str]:
    content = (STATIC / name).read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:16]}"'


def _tags(headers: Mapping[str, str]) -> list[str]:
    given = headers.get("if-none-match", "").split(",")
    return [tag.strip().removeprefix("W/") for tag in given]
