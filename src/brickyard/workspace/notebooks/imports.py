"""What an import makes of its content: a notebook or a file, and under which path.

Source: the Workspace API's formats. SOURCE makes a notebook in the language given, JUPYTER one in
the language that the ``.ipynb`` says, HTML one of a page that was exported. AUTO looks at extension
and header: an ``.ipynb``, and a source file that starts with the header of its language, becomes a
notebook without the extension; anything else is a file. RAW takes the bytes as they are.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from brickyard.errors import did_you_mean
from brickyard.notebook import HEADERS, NotebookFormatError, detect_language, render
from brickyard.workspace.api.errors import ApiError, invalid, unimplemented
from brickyard.workspace.notebooks import stored
from brickyard.workspace.notebooks.page import read_page

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes that one call may import or export (Databricks: "limit of 10 MB")."""
JUPYTER_LIMIT = 100 * 1024 * 1024
"""Bytes of an ``.ipynb`` (Databricks: "IPYNB notebooks up to 100 MB")."""

LANGUAGES = ("PYTHON", "SQL", "SCALA", "R")
_FORMATS = ("SOURCE", "AUTO", "RAW", "HTML", "JUPYTER", "DBC", "R_MARKDOWN")
_HANDLED = ("SOURCE", "AUTO", "RAW", "HTML", "JUPYTER")
_EXTENSIONS = {"py": "python", "sql": "sql", "scala": "scala", "r": "r"}
_JUPYTER = "ipynb"


@dataclass(frozen=True)
class Import:
    """A decided import.

    Attributes:
        path: Where the object goes; an AUTO notebook has lost its extension.
        content: What the file will hold.
        kind: ``NOTEBOOK`` or ``FILE``.
    """

    path: str
    content: bytes
    kind: str


def decide(path: str, form: str, language: str | None, content: bytes) -> Import:
    """Decide what an import makes.

    Args:
        path: Where the client wants it.
        form: One of the API's formats.
        language: One of the API's languages; needed for SOURCE, and read for nothing else.
        content: The bytes sent.

    Raises:
        ApiError: The format, language and content do not go together, or are not implemented.
    """
    check_format(form)
    notebook = path
    if form == "AUTO" and (found := notebook_language(path, content)):
        notebook = path.rpartition(".")[0]
        form, language = ("JUPYTER", None) if found == _JUPYTER else ("SOURCE", found.upper())
    check_size(len(content), JUPYTER_LIMIT if form == "JUPYTER" else SIZE_LIMIT)
    try:
        if form == "SOURCE":
            return Import(notebook, _source(path, language, content), "NOTEBOOK")
        if form == "JUPYTER":
            kept = stored.store_jupyter(content, notebook.rpartition("/")[2])
            check_size(len(kept), JUPYTER_LIMIT)  # laid out it may have grown
            return Import(notebook, kept, "NOTEBOOK")
        if form == "HTML":
            read = read_page(stored.decoded(content))
            return Import(path, stored.store_source(render(read), read.language), "NOTEBOOK")
    except NotebookFormatError as exc:
        raise invalid(f"The content for {path} cannot be imported in format {form}: {exc}") from exc
    return Import(path, content, "FILE" if stored.kind_of(content) is None else "NOTEBOOK")


def notebook_language(path: str, first: bytes) -> str | None:
    """What notebook AUTO makes of a file: its language, ``ipynb``, or None for a plain file.

    Args:
        path: Where the client wants it; its extension counts.
        first: The content, or its beginning.
    """
    stem, dot, extension = path.rpartition("/")[2].rpartition(".")
    if not (stem and dot):
        return None
    if extension.lower() == _JUPYTER:
        return _JUPYTER
    language = _EXTENSIONS.get(extension.lower())
    found = detect_language(first[: stored.HEAD_BYTES].decode("utf-8", "replace"))
    # R's header is Python's, so the headers are compared, not the languages.
    same = language and found and HEADERS[language] == HEADERS[found]
    return language if same else None


def check_format(form: str) -> None:
    """Refuse a format that is unknown (400) or not implemented (501)."""
    if form not in _FORMATS:
        raise invalid(f"Format {form!r} is unknown. {did_you_mean(form, _FORMATS)}")
    if form not in _HANDLED:
        raise unimplemented(f"Format {form} (use {', '.join(_HANDLED[:-1])} or {_HANDLED[-1]})")


def check_size(size: int, limit: int = SIZE_LIMIT) -> None:
    """Refuse more than one call may carry."""
    if size > limit:
        raise ApiError(
            400,
            "MAX_NOTEBOOK_SIZE_EXCEEDED",
            f"The content has {size} bytes; at most {limit} ({limit >> 20} MB) can be imported or "
            "exported in one call. Larger files, not notebooks, go through "
            "/api/2.0/workspace-files.",
        )


def decode_content(content: object) -> bytes:
    """The bytes of the ``content`` field: base64 text, or a posted file's bytes.

    Raises:
        ApiError: The field is missing or is not base64.
    """
    if isinstance(content, bytes):
        return content
    if not isinstance(content, str):
        raise invalid("Missing required field: content (base64 text, or a posted file)")
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as exc:
        raise invalid(f"The field content is not base64: {exc}") from exc


def _source(path: str, language: str | None, content: bytes) -> bytes:
    if language is None:
        raise invalid(
            f"The import of {path} in SOURCE format needs a language ({', '.join(LANGUAGES)}); "
            "importing a zipped folder is not supported. A Jupyter notebook is imported with "
            "format JUPYTER, a plain file with AUTO."
        )
    if language not in LANGUAGES:
        raise invalid(f"Language {language!r} is unknown. {did_you_mean(language, LANGUAGES)}")
    text, wanted = stored.decoded(content), language.lower()
    found = detect_language(text)
    if found is None:
        if text.lstrip().startswith("{") and '"nbformat"' in text:
            raise invalid(f"The content for {path} is a Jupyter notebook; use format JUPYTER.")
        return stored.store_source(f"{HEADERS[wanted]}\n" + text.removeprefix("\ufeff"), wanted)
    if HEADERS[found] != HEADERS[wanted]:
        raise invalid(
            f"The content for {path} starts as a {found.upper()} notebook "
            f"({HEADERS[found]!r}), but language says {language}."
        )
    return stored.store_source(text, wanted)
