"""Outputs that may run scripts: each a document of its own in a frame, shut off from all else.

The policy gives it an origin that is nobody's, so that it reads and changes nothing of the page,
the workspace or the browser's store; and it loads nothing but the one script of ours. A ``srcdoc``
frame would inherit the page's policy, which bars what such output is full of.
"""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.responses import Response

from brickyard.workspace.web.responses import PLOTLY, document

_PLOTLY_PATH = f"/static/brickyard/{PLOTLY}"
_POLICY = (
    "sandbox allow-scripts; default-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval' data: blob: 'self'; "
    "style-src 'unsafe-inline' data: blob:; img-src data: blob:; font-src data:; "
    "media-src data: blob:; connect-src data: blob:; worker-src blob: data:; "
    "child-src blob: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
_STYLE = (
    "<!DOCTYPE html><meta charset=utf-8><style>"
    "body{font:14px/1.5 system-ui,sans-serif;margin:8px;color:#1c2024;background:#fff}"
    "table{border-collapse:collapse}th,td{padding:2px 8px;border:1px solid #d9dde2;"
    "text-align:right}th{background:#f4f5f7}pre,code{font-family:ui-monospace,monospace}"
    "</style>"
)
# The page makes the frame as high as its document says it is; it takes nothing else from it.
_TELL_HEIGHT = (
    "<script>(()=>{const tell=()=>parent.postMessage({height:"
    "document.documentElement.offsetHeight},'*');"
    "new ResizeObserver(tell).observe(document.documentElement);})()</script>"
)
_FROM_PLOTLY = re.compile(
    r"""<script\b[^>]*\bsrc\s*=\s*["']https://cdn\.plot\.ly/plotly[^"']*["'][^>]*>""", re.IGNORECASE
)


def output_document(html: str) -> Response:
    """An HTML output."""
    local = _FROM_PLOTLY.sub(f'<script src="{_PLOTLY_PATH}">', html)
    return document(f"{_STYLE}{_TELL_HEIGHT}{local}", _POLICY)


def plotly_document(figure: dict[str, Any]) -> Response:
    """A plotly figure, drawn by plotly's own script."""
    shown = {name: figure.get(name) for name in ("data", "layout", "config", "frames")}
    # Inside a script only "</" and "<!--" could end it.
    data = json.dumps(shown).replace("<", "\\u003c")
    return document(
        f'{_STYLE}<style>body{{margin:0}}</style><div id="figure">This figure needs plotly beside '
        f'the workspace: pip install plotly.</div><script src="{_PLOTLY_PATH}"></script>'
        "<script>if(window.Plotly){const f=" + data + ";const d=document.getElementById('figure');"
        "d.textContent='';Plotly.newPlot(d,f.data||[],f.layout||{},{responsive:true,"
        "...(f.config||{})}).then(()=>f.frames&&Plotly.addFrames(d,f.frames));}</script>",
        _POLICY,
    )
