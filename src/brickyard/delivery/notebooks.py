"""A project's notebooks: what each file is, and whether it can run at all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from brickyard.delivery.errors import ProjectError
from brickyard.notebook import (
    Notebook,
    NotebookFormatError,
    detect_language,
    parse,
    parse_jupyter,
)

_SOURCE = {".py": "python", ".sql": "sql", ".scala": "scala", ".r": "r"}
# IPython's own syntax, which Python does not know.
_MAGIC = re.compile(r"\s*([%!]|\?+\w|[\w.]+\?+\s*$)")
_ASSIGNED = re.compile(r"^(\s*[A-Za-z_][\w, ]*=\s*)[%!].*$")


@dataclass(frozen=True)
class NotebookFile:
    """One file below the notebooks folder.

    Attributes:
        file: Where it is.
        path: Where it goes, relative to the release's notebooks folder; a notebook's has no
            extension, as Databricks drops it.
        language: Of a notebook in SOURCE format; ``jupyter`` for an ``.ipynb``; None for a file
            that is no notebook, such as a module that notebooks import.
    """

    file: Path
    path: str
    language: str | None


def find_notebooks(folder: Path) -> list[NotebookFile]:
    """Every file below a folder, sorted by path.

    Raises:
        ProjectError: Two files would become one notebook, such as ``a.py`` and ``a.sql``.
    """
    found: dict[str, NotebookFile] = {}
    for file in sorted(_files(folder)):
        language = _language(file)
        relative = file.relative_to(folder)
        path = (relative.with_suffix("") if language else relative).as_posix()
        if path in found:
            raise ProjectError(file, f"Becomes the notebook {path!r}, as {found[path].file} does.")
        found[path] = NotebookFile(file, path, language)
    return list(found.values())


def check_notebook(notebook: NotebookFile) -> list[ProjectError]:
    """Whether a notebook parses: its format, and the syntax of its Python cells.

    Returns:
        Every fault, with file and line.
    """
    if notebook.language is None:
        return []
    try:
        text = notebook.file.read_text(encoding="utf-8")
        jupyter = notebook.language == "jupyter"
        parsed = parse_jupyter(text) if jupyter else parse(text, notebook.language)
    except (NotebookFormatError, ValueError) as exc:
        return [ProjectError(notebook.file, str(exc))]
    # A line of an .ipynb is one of JSON, where nobody looks for it: the cell is named instead.
    return list(_syntax_faults(notebook.file, "" if jupyter else text, parsed))


def python_source(cell: str) -> str:
    r"""A Python cell as plain Python, line by line: magics and shell escapes become ``pass``.

    So do help requests (``name?``); ``x = !command`` becomes ``x = None``. A magic that goes on
    behind a ``\\`` is blanked to its end.
    """
    lines: list[str] = []
    continued = False
    for line in cell.split("\n"):
        if not continued:
            indent = line[: len(line) - len(line.lstrip())]
        magic = continued or _MAGIC.match(line) is not None
        continued = magic and line.endswith("\\")
        lines.append(f"{indent}pass" if magic else _ASSIGNED.sub(r"\1None", line))
    return "\n".join(lines)


def _syntax_faults(file: Path, text: str, notebook: Notebook) -> Iterator[ProjectError]:
    for cell in notebook.cells:
        if cell.language != "python" or cell.source.lstrip().startswith("%%"):
            continue
        source = python_source(cell.body)
        try:
            # A cell may await at its top level, as IPython lets it.
            compile(source, str(file), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST)
        except (SyntaxError, ValueError) as exc:
            said = exc.msg if isinstance(exc, SyntaxError) else str(exc)
            at = (getattr(exc, "lineno", None) or 1) - 1
            faulty = source.split("\n")[at] if at < source.count("\n") + 1 else ""
            yield ProjectError(
                file,
                f"{cell.label} is no valid Python: {said}: {faulty.strip()!r}.",
                line=_line(text, faulty),
            )


def _line(text: str, wanted: str) -> int | None:
    """The file's line of a cell's line, when only one looks like it."""
    found = [n for n, line in enumerate(text.splitlines(), start=1) if wanted and line == wanted]
    return found[0] if len(found) == 1 else None


def _language(file: Path) -> str | None:
    suffix = file.suffix.lower()
    if suffix == ".ipynb":
        return "jupyter"
    if suffix not in _SOURCE:
        return None
    with file.open(encoding="utf-8", errors="replace") as stream:
        head = stream.readline()
    return _SOURCE[suffix] if detect_language(head) else None


def _files(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith(".") or entry.name == "__pycache__" or entry.suffix == ".pyc":
            continue
        if entry.is_dir():
            yield from _files(entry)
        else:
            yield entry
