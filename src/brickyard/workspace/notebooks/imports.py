"""What an import makes of its content: a notebook or a file, and under which path.

Source: the Workspace API's formats. SOURCE makes a notebook in the language given. AUTO looks at
extension and header: a source file that starts with the header of its language becomes a notebook
without the extension, anything else a file. RAW takes the bytes as they are.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from brickyard.errors import did_you_mean
from brickyard.notebook import HEADERS, detect_language
from brickyard.workspace.api.errors import ApiError, invalid, unimplemented

SIZE_LIMIT = 10 * 1024 * 1024
"""Bytes that one call may import or export (Databricks: "limit of 10 MB")."""

LANGUAGES = ("PYTHON", "SQL", "SCALA", "R")
_FORMATS = ("SOURCE", "AUTO", "RAW", "HTML", "JUPYTER", "DBC", "R_MARKDOWN")
_HANDLED = {"SOURCE", "AUTO", "RAW"}
_EXTENSIONS = {".py": "python", ".sql": "sql", ".scala": "scala", ".r": "r"}
HEADER_ROOM = 64
"""Bytes from a file's start that tell its language: more than a mark and the longest header."""


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
        language: One of the API's languages; needed for SOURCE.
        content: The bytes sent.

    Raises:
        ApiError: The format, language and content do not go together, or are not implemented.
    """
    check_format(form)
    check_size(len(content))
    if form == "SOURCE":
        return Import(path, _as_notebook(path, language, content), "NOTEBOOK")
    if form == "AUTO":
        if path.lower().endswith(".ipynb"):
            raise unimplemented("Importing a Jupyter notebook (.ipynb)")
        return Import(notebook_path(path, content), content, kind_of(content))
    return Import(path, content, kind_of(content))


def kind_of(content: bytes) -> str:
    """``NOTEBOOK`` when the first line is a notebook's header, else ``FILE``."""
    return "FILE" if language_of(content) is None else "NOTEBOOK"


def language_of(content: bytes) -> str | None:
    """The language that a file's first bytes declare as a notebook's; None for other files."""
    return detect_language(content[:HEADER_ROOM].decode("utf-8", "replace"))


def notebook_path(path: str, content: bytes) -> str:
    """Where AUTO puts a content: without extension when extension and header make a notebook.

    Raises:
        ApiError: 501 for an R notebook.
    """
    name = path.rpartition("/")[2]
    stem, dot, extension = name.rpartition(".")
    language = _EXTENSIONS.get(f".{extension.lower()}") if dot and stem else None
    found = language_of(content)
    if language is None or found is None or HEADERS[language] != HEADERS[found]:
        return path
    if language == "r":
        raise _no_r()
    return path[: -len(extension) - 1]


def check_format(form: str) -> None:
    """Refuse a format that is unknown (400) or not implemented (501)."""
    if form not in _FORMATS:
        raise invalid(f"Format {form!r} is unknown. {did_you_mean(form, _FORMATS)}")
    if form not in _HANDLED:
        raise unimplemented(f"Format {form} (use SOURCE, AUTO or RAW)")


def check_size(size: int) -> None:
    """Refuse more than one call may carry."""
    if size > SIZE_LIMIT:
        raise ApiError(
            400,
            "MAX_NOTEBOOK_SIZE_EXCEEDED",
            f"The content has {size} bytes; at most {SIZE_LIMIT} (10 MB) can be imported or "
            "exported in one call. Larger files go through /api/2.0/workspace-files.",
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


def _as_notebook(path: str, language: str | None, content: bytes) -> bytes:
    if language is None:
        raise invalid(
            f"The import of {path} in SOURCE format needs a language (PYTHON, SQL or SCALA); "
            "importing a zipped folder is not supported. A plain file is imported with format AUTO."
        )
    if language not in LANGUAGES:
        raise invalid(f"Language {language!r} is unknown. {did_you_mean(language, LANGUAGES)}")
    if language == "R":
        raise _no_r()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise invalid(
            f"The content for {path} is not UTF-8 text ({exc.reason} at byte {exc.start}), "
            "so it is no notebook; import a binary file with format AUTO."
        ) from exc
    found = detect_language(text)
    wanted = language.lower()
    if found is None:
        return f"{HEADERS[wanted]}\n".encode() + text.removeprefix("\ufeff").encode()
    if found != wanted:
        raise invalid(
            f"The content for {path} starts as a {found.upper()} notebook "
            f"({HEADERS[found]!r}), but language says {language}."
        )
    return content


def _no_r() -> ApiError:
    # Its header is Python's, so a file of ours could not say that it is R.
    return unimplemented("Importing an R notebook")
