"""A notebook as one HTML page, as the platform exports it, and such a page read back.

On the platform the page holds ``__DATABRICKS_NOTEBOOK_MODEL``, base64 of percent-encoded JSON with
a list of commands; tools read that, so this page carries the same, and shows it as plain HTML too.
Sources and outputs are escaped: nothing in them can run.
"""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, unquote

from brickyard.notebook import HEADERS, Cell, Notebook, NotebookFormatError, cell_language

Json = dict[str, Any]

_MODEL = re.compile(r"__DATABRICKS_NOTEBOOK_MODEL\s*=\s*['\"]([A-Za-z0-9+/=\s]+)['\"]")
_LINE_END = re.compile(r"\r\n?")
# Colours of terminals, which IPython's tracebacks have.
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]+")
_IMAGES = ("image/png", "image/jpeg", "image/gif")
# Rows of a table that the HTML shows; the model has them all.
_ROWS_SHOWN = 1000
_TEXTS = ("text/plain", "text/markdown", "text/html")
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere}section>pre:first-of-type{background:#f4f4f4;"
    "padding:.5rem}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.1rem .5rem}"
    "img{max-width:100%}"
)


def command(cell: Cell, results: Sequence[Json] = (), **state: Any) -> Json:
    """A cell as the model has it.

    Args:
        cell: The cell.
        results: What it put out, as items of the model's ``listResults``.
        state: More of the command's fields: ``state``, ``startTime``, ``error`` and so on.
    """
    return {
        "version": "CommandV1",
        "position": cell.position + 1.0,
        "command": cell.source,
        "commandTitle": cell.title or "",
        "showCommandTitle": cell.title is not None and cell.title_shown,
        "state": "finished",
        "startTime": 0,
        "finishTime": 0,
        "results": {"type": "listResults", "data": list(results)},
        "errorSummary": None,
        "error": None,
        **state,
    }


def render_page(path: str, language: str, commands: Sequence[Json]) -> str:
    """The page.

    Args:
        path: The notebook's, or its name; the page's heading.
        language: Of the notebook.
        commands: Its cells; see :func:`command`.
    """
    model = {
        "version": "NotebookV1",
        "name": path.rpartition("/")[2],
        "language": language,
        "commands": list(commands),
    }
    encoded = base64.b64encode(quote(json.dumps(model)).encode()).decode()
    title = html.escape(path)
    body = "\n".join(_block(each) for each in commands)
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>\n<h1>{title}</h1>\n{body}\n"
        f"<script>var __DATABRICKS_NOTEBOOK_MODEL = '{encoded}';</script></body></html>"
    )


def jupyter_results(outputs: object) -> list[Json]:
    """The outputs of a Jupyter cell as items of a model's ``listResults``; odd ones are dropped."""
    found: list[Json] = []
    for output in outputs if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        if output.get("output_type") == "stream":
            found.append(
                {"type": "ansi", "data": _joined(output.get("text")), "name": output.get("name")}
            )
        elif output.get("output_type") == "error":
            trace = output.get("traceback")
            texts = trace if isinstance(trace, list) else []
            lines = [line for line in texts if isinstance(line, str)]
            found.append({"type": "ansi", "data": "\n".join(lines), "name": "error"})
        elif isinstance(data, dict):
            bundle = {name: _joined(value) or value for name, value in data.items()}
            found.append({"type": "mimeBundle", "data": bundle})
    return found


def read_page(text: str) -> Notebook:
    """The notebook of a page that the platform, or :func:`render_page`, has made; its results go.

    Raises:
        NotebookFormatError: The page carries no model of a notebook.
    """
    match = _MODEL.search(text)
    if match is None:
        raise NotebookFormatError(
            "The HTML carries no __DATABRICKS_NOTEBOOK_MODEL, so it is no exported notebook.",
            "Export the notebook from Databricks in format HTML, or better SOURCE.",
        )
    try:
        model = json.loads(unquote(base64.b64decode(match[1]).decode("ascii"), errors="strict"))
        language, commands = model["language"], model["commands"]
        found = [(float(each["position"]), each) for each in commands]
        cells = [
            _read_command(number, each, language)
            for number, (_, each) in enumerate(sorted(found, key=lambda item: item[0]))
        ]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as exc:
        raise NotebookFormatError(
            f"The HTML's __DATABRICKS_NOTEBOOK_MODEL is damaged: {type(exc).__name__}: {exc}.",
            "Export the notebook again.",
        ) from exc
    if not isinstance(language, str) or language not in HEADERS:
        raise NotebookFormatError(
            f"The HTML's notebook has the language {str(language)[:40]!r}.",
            f"The languages are {', '.join(HEADERS)}.",
        )
    return Notebook(language, tuple(cells))


def _read_command(number: int, raw: Json, language: str) -> Cell:
    source = _LINE_END.sub("\n", _text(raw["command"]))
    title = _LINE_END.sub("\n", _text(raw.get("commandTitle") or "")).replace("\n", " ") or None
    shown = title is None or bool(raw.get("showCommandTitle", True))
    return Cell(number, cell_language(source, language), source, title, shown)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {value!r:.40}")
    value.encode()  # half a surrogate pair is refused here, as a ValueError
    return value


def _block(each: Json) -> str:
    title = f"<h2>{html.escape(each['commandTitle'])}</h2>" if each["showCommandTitle"] else ""
    shown = "".join(_shown(result) for result in each["results"]["data"])
    return f"<section>{title}<pre>{html.escape(each['command'])}</pre>{shown}</section>"


def _shown(result: Json) -> str:
    data = result["data"]
    if result["type"] == "table":
        return _table([column["name"] for column in result["schema"]], data)
    if result["type"] == "ansi":
        return f"<pre>{html.escape(_ANSI.sub('', str(data)))}</pre>"
    for kind in _IMAGES:
        image = data.get(kind)
        if isinstance(image, str) and _BASE64.fullmatch(image):
            return f'<p><img alt="" src="data:{kind};base64,{"".join(image.split())}"></p>'
    text = next((data[kind] for kind in _TEXTS if isinstance(data.get(kind), str)), "")
    return f"<pre>{html.escape(text)}</pre>"


def _table(columns: Iterable[object], rows: Sequence[Iterable[object]]) -> str:
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row) + "</tr>"
        for row in rows[:_ROWS_SHOWN]
    )
    more = f"<p>The first {_ROWS_SHOWN} of {len(rows)} rows.</p>" if len(rows) > _ROWS_SHOWN else ""
    return f"<table><tr>{head}</tr>{body}</table>{more}"


def _joined(text: object) -> str:
    if isinstance(text, list):
        return "".join(part for part in text if isinstance(part, str))
    return text if isinstance(text, str) else ""
