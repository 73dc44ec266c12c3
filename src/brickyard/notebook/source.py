r"""Reading and writing the SOURCE format, as Databricks exports it and Git keeps it.

The normal form, which is what Databricks exports and what :func:`render` writes:

* the header is the first line, exactly, in the comment syntax of the notebook's language;
* cells are parted by an empty line, the separator ``# COMMAND ----------`` and an empty line;
* a titled cell starts with ``# DBTITLE 1,<title>`` (``0`` when the title is hidden);
* a cell whose first non-blank character is ``%`` has the prefix ``# MAGIC `` on every line, and
  ``# MAGIC`` without trailing space on an empty one (exports before 2023 had the space); any other
  cell stands as it is, later ``%`` lines included;
* in such a plain cell a line that would itself be read as one of these marks gets the prefix too,
  which quotes it;
* lines end with ``\n``, the last one too.

A header alone, with nothing after its line end, is a notebook without cells.

Read besides: CRLF, a byte order mark, no final line end, no empty lines around separators, prefixes
on some lines of a cell only. ``render(parse(text)) == text`` holds for text in normal form, and
``parse(render(notebook), notebook.language) == notebook`` for a notebook whose cells are as
:func:`parse` makes them.
"""

from __future__ import annotations

import re

from brickyard.notebook.model import Cell, Notebook, NotebookFormatError, cell_language

_COMMENT = {"python": "#", "sql": "--", "scala": "//", "r": "#"}
_TITLE = re.compile(r"DBTITLE (?P<shown>[01]),(?P<title>.*)")
_HEADER_TEXT = "Databricks notebook source"
_SEPARATOR_TEXT = "COMMAND ----------"

HEADERS = {language: f"{mark} {_HEADER_TEXT}" for language, mark in _COMMENT.items()}
"""The exact first line of a notebook, by language. Python and R share theirs."""


def detect_language(text: str) -> str | None:
    """The language that a text's first line declares.

    Args:
        text: A file's content.

    Returns:
        ``python``, ``sql`` or ``scala``, or None when the text is no notebook. R cannot be told
        from Python by its header; only a file's extension tells them apart.
    """
    first = text.removeprefix("\ufeff").partition("\n")[0].removesuffix("\r")
    for language, header in HEADERS.items():
        if first == header:
            return language
    return None


def parse(text: str, language: str | None = None) -> Notebook:
    """Read a notebook.

    Args:
        text: A file's content.
        language: What is known of its language from elsewhere; needed only for R.

    Returns:
        The notebook.

    Raises:
        NotebookFormatError: The header is missing, or is that of another language.
    """
    found = detect_language(text)
    if found is None:
        raise _no_header(text)
    if language is not None and HEADERS.get(language) != HEADERS[found]:
        raise NotebookFormatError(
            f"The notebook's header says {found!r}, not {language!r}.",
            f"Write {HEADERS[language]!r} as its first line."
            if language in HEADERS
            else f"The languages are {', '.join(HEADERS)}.",
        )
    language = language or found
    unified = text.removeprefix("\ufeff").replace("\r\n", "\n").removesuffix("\n")
    chunks = _split(unified.split("\n")[1:], f"{_COMMENT[language]} {_SEPARATOR_TEXT}")
    cells = tuple(_read_cell(position, chunk, language) for position, chunk in enumerate(chunks))
    return Notebook(language, cells)


def render(notebook: Notebook) -> str:
    """Write a notebook in normal form.

    Raises:
        NotebookFormatError: The notebook's language has no SOURCE format.
    """
    if notebook.language not in _COMMENT:
        raise NotebookFormatError(
            f"Notebook language {notebook.language!r} is unknown.",
            f"The languages are {', '.join(_COMMENT)}.",
        )
    mark = _COMMENT[notebook.language]
    header = HEADERS[notebook.language]
    if not notebook.cells:
        return f"{header}\n"
    separator = f"\n\n{mark} {_SEPARATOR_TEXT}\n\n"
    return f"{header}\n{separator.join(_write_cell(c, mark) for c in notebook.cells)}\n"


def _no_header(text: str) -> NotebookFormatError:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return NotebookFormatError(
            "The text is JSON, perhaps a Jupyter notebook (.ipynb), which cannot be read yet.",
            "Export the notebook from Databricks in SOURCE format.",
        )
    first = text.partition("\n")[0].strip()[:60]
    return NotebookFormatError(
        f"The text is not a Databricks notebook: its first line is {first!r}.",
        f"A notebook's first line is exactly {HEADERS['python']!r} "
        f"(or {HEADERS['sql']!r}, {HEADERS['scala']!r}).",
    )


def _split(lines: list[str], separator: str) -> list[list[str]]:
    """Part lines at the separators and take off the empty line on either side of each."""
    if not lines:
        return []
    chunks: list[list[str]] = [[]]
    for line in lines:
        if line == separator:
            chunks.append([])
        else:
            chunks[-1].append(line)
    last = len(chunks) - 1
    for index, chunk in enumerate(chunks):
        if index > 0 and len(chunk) > 1 and not chunk[0]:
            del chunk[0]
        if index < last and len(chunk) > 1 and not chunk[-1]:
            del chunk[-1]
    return chunks


def _read_cell(position: int, lines: list[str], language: str) -> Cell:
    mark = _COMMENT[language]
    title, shown = None, True
    match = _TITLE.fullmatch(lines[0].removeprefix(f"{mark} ")) if lines else None
    if match is not None and lines[0].startswith(f"{mark} "):
        title, shown, lines = match["title"], match["shown"] == "1", lines[1:]
    source = "\n".join(_without_prefix(line, f"{mark} MAGIC") for line in lines)
    return Cell(position, cell_language(source, language), source, title, shown)


def _without_prefix(line: str, prefix: str) -> str:
    return "" if line == prefix else line.removeprefix(f"{prefix} ")


def _write_cell(cell: Cell, mark: str) -> str:
    lines = cell.source.split("\n")
    if cell.source.lstrip().startswith("%"):
        written = [_with_prefix(line, mark) for line in lines]
    else:
        written = [_with_prefix(line, mark) if _is_mark(line, mark) else line for line in lines]
        if cell.title is None and _is_title(lines[0], mark):
            written[0] = _with_prefix(lines[0], mark)
    if cell.title is not None:
        written.insert(0, f"{mark} DBTITLE {int(cell.title_shown)},{cell.title}")
    return "\n".join(written)


def _with_prefix(line: str, mark: str) -> str:
    return f"{mark} MAGIC {line}" if line else f"{mark} MAGIC"


def _is_mark(line: str, mark: str) -> bool:
    """Whether a line of code would be read as a separator or as prefixed."""
    prefix = f"{mark} MAGIC"
    return line in (f"{mark} {_SEPARATOR_TEXT}", prefix) or line.startswith(f"{prefix} ")


def _is_title(line: str, mark: str) -> bool:
    start = f"{mark} "
    return line.startswith(start) and _TITLE.fullmatch(line.removeprefix(start)) is not None
