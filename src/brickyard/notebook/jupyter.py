"""Reading and writing Jupyter notebooks (``.ipynb``, nbformat 4) as Databricks does.

Databricks keeps a notebook's language and environment, and a cell's title, in metadata of its own;
other languages than the notebook's are magics in the cells (``%sql``), as in SOURCE format. What
else a document holds, such as outputs, is no part of a :class:`Notebook`; :func:`settle` keeps it.

A document as :func:`settle` and :func:`render_jupyter` write it begins with one of :data:`HEADS`,
so that a file's first bytes tell that it is a notebook and in which language, as SOURCE's do.
"""

from __future__ import annotations

import json
import re
from typing import Any

from brickyard.notebook import environment
from brickyard.notebook.model import Cell, Notebook, NotebookFormatError, cell_language

Json = dict[str, Any]

LANGUAGES = ("python", "sql", "scala", "r")
_NOTEBOOK = "application/vnd.databricks.v1+notebook"
_CELL = "application/vnd.databricks.v1+cell"
# How a Markdown cell's magic was spelt, where that is not a plain ``%md`` on a line of its own.
_SPELLING = "application/vnd.brickyard.v1+cell"

HEADS = {
    language: json.dumps({"metadata": {_NOTEBOOK: {"language": language}}}, indent=1).rstrip("\n }")
    for language in LANGUAGES
}
"""How a settled document begins, by language."""

# Names of kernels and languages besides our own, in lower case.
_OTHER_NAMES = {"ipython": "python", "pyspark": "python", "spark": "scala", "ir": "r"}
_VERSION = re.compile(r"[ \d.]+$")
_LINE_END = re.compile(r"\r\n?")
_MAGIC = re.compile(r"[^\S\r]*%md(?:-sandbox)?[^\S\r]*")


def detect_jupyter(head: str) -> str | None:
    """The language of a settled document.

    Args:
        head: Its first characters, at least as many as the longest of :data:`HEADS`.
    """
    for language, start in HEADS.items():
        if head.startswith(start):
            return language
    return None


def parse_jupyter(text: str) -> Notebook:
    """Read a Jupyter notebook.

    Markdown cells become ``%md`` cells, and raw cells ``%skip`` cells, which are shown but not run.

    Args:
        text: A file's content.

    Raises:
        NotebookFormatError: The text is no JSON, or no notebook of nbformat 4, or its language is
            none that Databricks has.
    """
    return notebook_of(load_document(text))


def notebook_of(document: Json) -> Notebook:
    """The notebook that a document of :func:`load_document` holds.

    Raises:
        NotebookFormatError: A part of it is of the wrong kind.
    """
    language = _language(document)
    cells = [_read_cell(number, cell, language) for number, cell in enumerate(document["cells"])]
    own = _object(document["metadata"], _NOTEBOOK)
    facts = own.get("environmentMetadata")
    asked = environment.to_text(facts) if isinstance(facts, dict) else None
    return Notebook(language, tuple(cells), _unicode(asked, "The environment") if asked else None)


def load_document(text: str) -> Json:
    """The JSON of a Jupyter notebook, checked as far as its outline.

    Raises:
        NotebookFormatError: The text is no JSON, or no notebook of nbformat 4.
    """
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except RecursionError as exc:
        raise NotebookFormatError("The Jupyter notebook's JSON is nested too deeply.") from exc
    except ValueError as exc:
        raise NotebookFormatError(
            f"The Jupyter notebook is no JSON: {exc}.",
            "Perhaps it was cut off, or holds marks of a merge; export it again.",
        ) from exc
    if not isinstance(document, dict) or "nbformat" not in document:
        raise NotebookFormatError(
            "The JSON is no Jupyter notebook: it has no nbformat.",
            "Only notebooks have names that end in .ipynb.",
        )
    _check_version(document["nbformat"])
    if not isinstance(document.get("cells"), list):
        raise NotebookFormatError("The Jupyter notebook has no list of cells.")
    if not isinstance(document.setdefault("metadata", {}), dict):
        raise NotebookFormatError("The Jupyter notebook's metadata is no object.")
    return document


def settle(text: str, name: str) -> str:
    """Rewrite a Jupyter notebook as a workspace keeps and exports it.

    Cells, outputs and all metadata stay. Databricks' own metadata, which say the language, are
    added where they are missing, and stand first.

    Args:
        text: The document.
        name: The notebook's name.

    Raises:
        NotebookFormatError: As for :func:`parse_jupyter`.
    """
    document = load_document(text)
    language = notebook_of(document).language
    metadata = document.pop("metadata")
    own = {"language": language, "notebookName": name, **(metadata.pop(_NOTEBOOK, None) or {})}
    info = {**_object(metadata, "language_info"), "name": language}
    settled = {_NOTEBOOK: {**own, "language": language}, **metadata, "language_info": info}
    return _dump({"metadata": settled, **document})


def render_jupyter(notebook: Notebook, name: str) -> str:
    """Write a notebook as a Jupyter notebook without outputs.

    Args:
        notebook: The notebook.
        name: Its name.

    Raises:
        NotebookFormatError: Its language is unknown, or its environment is no TOML.
    """
    if notebook.language not in LANGUAGES:
        raise _unknown_language(notebook.language)
    own: Json = {"language": notebook.language, "notebookName": name, "widgets": {}}
    if notebook.environment is not None:
        facts = environment.to_facts(notebook.environment)
        own["environmentMetadata"] = {"base_environment": "", **facts}
    return _dump(
        {
            "metadata": {_NOTEBOOK: own, "language_info": {"name": notebook.language}},
            "cells": [_write_cell(cell) for cell in notebook.cells],
            "nbformat": 4,
            "nbformat_minor": 0,
        }
    )


def _dump(document: Json) -> str:
    try:
        text = json.dumps(document, indent=1, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, in an output say, has no other spelling than its escape.
        text = json.dumps(document, indent=1)
    except RecursionError as exc:
        raise NotebookFormatError("The Jupyter notebook's JSON is nested too deeply.") from exc
    return f"{text}\n"


def _check_version(version: object) -> None:
    if version == 4:
        return
    if isinstance(version, int) and version < 4:
        raise NotebookFormatError(
            f"The Jupyter notebook is of nbformat {version}, which Databricks does not read.",
            "Convert it: jupyter nbconvert --to notebook --inplace <file>",
        )
    raise NotebookFormatError(
        f"The Jupyter notebook is of nbformat {str(version)[:20]!r}; nbformat 4 is read.",
        "Save it in nbformat 4.",
    )


def _language(document: Json) -> str:
    """What Databricks' metadata say, else the kernel; a notebook that says neither is Python."""
    metadata = document["metadata"]
    own = _object(metadata, _NOTEBOOK).get("language")
    if own is not None:
        if own not in LANGUAGES:
            raise _unknown_language(own)
        return str(own)
    kernel, info = _object(metadata, "kernelspec"), _object(metadata, "language_info")
    for said in (kernel.get("language"), info.get("name"), kernel.get("name")):
        if isinstance(said, str) and said:
            word = _VERSION.sub("", said.lower())
            word = _OTHER_NAMES.get(word, word)
            if word not in LANGUAGES:
                raise _unknown_language(said)
            return word
    return "python"


def _unknown_language(language: object) -> NotebookFormatError:
    return NotebookFormatError(
        f"The notebook's language {str(language)[:40]!r} is none that Databricks has.",
        f"The languages are {', '.join(LANGUAGES)}.",
    )


def _read_cell(number: int, cell: object, language: str) -> Cell:
    where = f"Cell {number + 1} of the Jupyter notebook"
    if not isinstance(cell, dict):
        raise NotebookFormatError(f"{where} is no object.")
    kind = cell.get("cell_type")
    source = _source(cell.get("source", ""), where)
    metadata = _object(cell, "metadata", where)
    if kind == "markdown":
        source = _markdown(source, _object(metadata, _SPELLING, where).get("magic"))
    elif kind == "raw":
        source = f"%skip\n{source}"
    elif kind != "code":
        raise NotebookFormatError(
            f"{where} has cell_type {str(kind)[:40]!r}.", "Known: code, markdown, raw."
        )
    own = _object(metadata, _CELL, where)
    title, shown = own.get("title"), own.get("showTitle", True) is not False
    if not isinstance(title, str) or not (title or shown):
        title, shown = None, True  # the platform writes "" and false where there is no title
    else:
        title = _unicode(_LINE_END.sub("\n", title).replace("\n", " "), where)
    return Cell(number, cell_language(source, language), source, title, shown)


def _markdown(text: str, magic: object) -> str:
    """A Markdown cell's source with its magic."""
    spelt = f"{magic}{text}"
    if isinstance(magic, str) and _MAGIC.fullmatch(magic) and cell_language(spelt, "") == "md":
        return spelt
    # Databricks has exported Markdown cells with their magic, too.
    return text if cell_language(text, "") == "md" else f"%md\n{text}"


def _source(source: object, where: str) -> str:
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise NotebookFormatError(f"The source of {where[0].lower()}{where[1:]} is no text.")
    return _unicode(_LINE_END.sub("\n", source), where)


def _unicode(text: str, where: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as exc:
        raise NotebookFormatError(
            f"{where} holds half a surrogate pair ({text[exc.start]!r}), which is no character.",
            "Correct the text.",
        ) from exc
    return text


def _object(parent: Json, key: str, where: str = "The Jupyter notebook") -> Json:
    found = parent.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise NotebookFormatError(f"{where} has {key!r} in its metadata, which is no object.")
    return found


def _write_cell(cell: Cell) -> Json:
    title = {"showTitle": cell.title is not None and cell.title_shown, "title": cell.title or ""}
    metadata: Json = {_CELL: title}
    source = cell.source
    if cell.language != "md":
        code: Json = {"cell_type": "code", "execution_count": None, "outputs": []}
        return {**code, "metadata": metadata, "source": source.splitlines(keepends=True)}
    text = cell.body
    magic = source[: len(source) - len(text)]
    if _markdown(text, None) != source:
        metadata[_SPELLING] = {"magic": magic}
    lines = text.splitlines(keepends=True)
    return {"cell_type": "markdown", "metadata": metadata, "source": lines}
