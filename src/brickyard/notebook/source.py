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
* what the notebook asks of its environment stands as TOML between ``# /// script`` and ``# ///``,
  behind the header and before the first cell;
* lines end with ``\n``, the last one too.

A header alone, with nothing after its line end, is a notebook without cells.

Read besides: carriage returns at the ends of lines, a byte order mark, no final line end, no empty
lines around separators, prefixes on some lines of a cell only. ``render(parse(text)) == text``
holds for text in normal form, ``parse(render(notebook), notebook.language) == notebook`` for every
notebook that :func:`parse` makes.
"""

from __future__ import annotations

import re

from brickyard.notebook.model import Cell, Notebook, NotebookFormatError, cell_language

_COMMENT = {"python": "#", "sql": "--", "scala": "//", "r": "#"}
_TITLE = re.compile(r"DBTITLE (?P<shown>[01]),(?P<title>.*)")
_HEADER_TEXT = "Databricks notebook source"
_SEPARATOR_TEXT = "COMMAND ----------"
_ENVIRONMENT_START, _ENVIRONMENT_END = "/// script", "///"
_CARRIAGE_RETURNS = re.compile(r"\r+(?=\n|\Z)")

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
    unified = _CARRIAGE_RETURNS.sub("", text.removeprefix("\ufeff")).removesuffix("\n")
    mark = _COMMENT[language]
    environment, lines = _take_environment(unified.split("\n")[1:], mark)
    chunks = _split(lines, f"{mark} {_SEPARATOR_TEXT}")
    cells = tuple(_read_cell(position, chunk, language) for position, chunk in enumerate(chunks))
    return Notebook(language, cells, environment)


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
    head = [HEADERS[notebook.language]]
    written = [_write_cell(cell, mark) for cell in notebook.cells]
    if notebook.environment is not None:
        head += _write_environment(notebook.environment, mark)
    elif written and written[0].split("\n")[0] == f"{mark} {_ENVIRONMENT_START}":
        written[0] = _with_prefix(written[0], mark)
    if written:
        head.append(f"\n\n{mark} {_SEPARATOR_TEXT}\n\n".join(written))
    return "\n".join(head) + "\n"


def _no_header(text: str) -> NotebookFormatError:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return NotebookFormatError(
            "The text is JSON, perhaps a Jupyter notebook (.ipynb), and no source.",
            "Import it in format JUPYTER, or with a name that ends in .ipynb in format AUTO.",
        )
    first = text.partition("\n")[0].strip()[:60]
    return NotebookFormatError(
        f"The text is not a Databricks notebook: its first line is {first!r}.",
        f"A notebook's first line is exactly {HEADERS['python']!r} "
        f"(or {HEADERS['sql']!r}, {HEADERS['scala']!r}).",
    )


def _take_environment(lines: list[str], mark: str) -> tuple[str | None, list[str]]:
    """The environment that the lines behind the header begin with, and the lines behind it."""
    if lines[:1] != [f"{mark} {_ENVIRONMENT_START}"]:
        return None, lines
    found: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        if line == f"{mark} {_ENVIRONMENT_END}":
            return "\n".join(found), lines[number:]
        if line != mark and not line.startswith(f"{mark} "):
            break
        found.append(line.removeprefix(mark).removeprefix(" "))
    return None, lines  # it never ends, so it is a comment like any other


def _write_environment(text: str, mark: str) -> list[str]:
    lines = [f"{mark} {line}" if line else mark for line in text.split("\n")] if text else []
    return [f"{mark} {_ENVIRONMENT_START}", *lines, f"{mark} {_ENVIRONMENT_END}"]


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
