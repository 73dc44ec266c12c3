"""What an export gives of a stored object, by the Workspace API's formats.

AUTO and RAW give a notebook in the format that it is kept in, and a file as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest

from brickyard.notebook import NotebookFormatError, load_document, notebook_of
from brickyard.workspace.api.errors import invalid, invalid_state
from brickyard.workspace.notebooks import stored
from brickyard.workspace.notebooks.imports import JUPYTER_LIMIT, SIZE_LIMIT, check_size
from brickyard.workspace.notebooks.page import command, jupyter_results, render_page

_EXTENSIONS = {"python": "py", "sql": "sql", "scala": "scala", "r": "r"}


@dataclass(frozen=True)
class Export:
    """An object as it leaves.

    Attributes:
        content: The bytes.
        file_type: The extension that such content has, without dot; empty when there is none.
        file_name: What a downloaded file is called.
    """

    content: bytes
    file_type: str
    file_name: str


def export(path: str, form: str, content: bytes) -> Export:
    """Export a notebook or file.

    Args:
        path: Its canonical path.
        form: One of the API's formats.
        content: What its file holds.

    Raises:
        ApiError: The object has no such format, its file is damaged, or the result is too large.
    """
    name = path.rpartition("/")[2]
    kind = stored.kind_of(content)
    if kind is None:
        if form in ("HTML", "JUPYTER"):
            raise invalid(
                f"Path ({path}) is a file, and only a notebook can be exported in format {form}; "
                "use AUTO."
            )
        check_size(len(content))
        return Export(content, name.rpartition(".")[2], name)
    form = kind.form if form in ("AUTO", "RAW") else form
    try:
        if form == "JUPYTER":
            given, extension = stored.jupyter_of(content, name), "ipynb"
        elif form == "HTML":
            given, extension = _page(path, content, kind), "html"
        else:
            given, extension = stored.source_of(content), _EXTENSIONS[kind.language]
    except NotebookFormatError as exc:
        raise invalid_state(
            f"The notebook at {path} cannot be exported in format {form}: {exc}"
        ) from exc
    check_size(len(given), JUPYTER_LIMIT if form == "JUPYTER" else SIZE_LIMIT)
    return Export(given, extension, f"{name}.{extension}")


def _page(path: str, content: bytes, kind: stored.Kind) -> bytes:
    outputs: list[object] = []
    if kind.form == "JUPYTER":
        document = load_document(stored.decoded(content))
        notebook = notebook_of(document)
        outputs = [cell.get("outputs") for cell in document["cells"]]
    else:
        notebook = stored.read(content)
    commands = [
        command(cell, jupyter_results(output))
        for cell, output in zip_longest(notebook.cells, outputs)
    ]
    return render_page(path, notebook.language, commands).encode("utf-8", "replace")
