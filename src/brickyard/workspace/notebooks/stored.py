"""How a notebook lies in its file: in the format it was imported in, known by its first bytes.

A SOURCE notebook is its text, byte for byte. A Jupyter notebook is its document as
:func:`brickyard.notebook.settle` writes it. An R notebook's header is Python's; so that its file
says what it is, the header there names R, and loses that again on its way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brickyard.notebook import (
    HEADERS,
    JUPYTER_HEADS,
    Notebook,
    NotebookFormatError,
    detect_jupyter,
    detect_language,
    parse,
    parse_jupyter,
    render,
    render_jupyter,
    settle,
)

Format = Literal["SOURCE", "JUPYTER"]

_R_HEADER = f"{HEADERS['r']} (R)"
HEAD_BYTES = 5 + max(map(len, (*HEADERS.values(), _R_HEADER, *JUPYTER_HEADS.values())))
"""Bytes from a file's start that tell what it is: a mark, the longest head, and a line end."""


@dataclass(frozen=True)
class Kind:
    """What a file's first bytes say.

    Attributes:
        language: Of the notebook.
        form: The format that it is kept in.
    """

    language: str
    form: Format


def kind_of(first: bytes) -> Kind | None:
    """What notebook a file is; None for other files.

    Args:
        first: Its first :data:`HEAD_BYTES`.
    """
    head = first[:HEAD_BYTES].decode("utf-8", "replace")
    if _is_r(head):
        return Kind("r", "SOURCE")
    if language := detect_language(head):
        return Kind(language, "SOURCE")
    if language := detect_jupyter(head):
        return Kind(language, "JUPYTER")
    return None


def store_source(text: str, language: str) -> bytes:
    """What a SOURCE notebook's file holds.

    Args:
        text: The notebook, its header included.
        language: Its language.
    """
    return (text.replace(HEADERS["r"], _R_HEADER, 1) if language == "r" else text).encode()


def store_jupyter(content: bytes, name: str) -> bytes:
    """What a Jupyter notebook's file holds.

    Args:
        content: The ``.ipynb``.
        name: The notebook's name.

    Raises:
        NotebookFormatError: It is no notebook that Databricks reads.
    """
    return settle(decoded(content), name).encode()


def read(content: bytes) -> Notebook:
    """The notebook in a file.

    Raises:
        NotebookFormatError: The file holds none, or a damaged one.
    """
    kind, text = kind_of(content), decoded(content)
    if kind is not None and kind.form == "JUPYTER":
        return parse_jupyter(text)
    if kind is not None and kind.language == "r":
        return parse(_without_r(text), "r")
    return parse(text)


def source_of(content: bytes) -> bytes:
    """A file's notebook in SOURCE format; of one kept in it, the very bytes that were imported.

    Raises:
        NotebookFormatError: A Jupyter notebook is damaged.
    """
    kind = kind_of(content)
    if kind is not None and kind.form == "JUPYTER":
        return render(read(content)).encode()
    if kind is not None and kind.language == "r":
        return _without_r(decoded(content)).encode()
    return content


def jupyter_of(content: bytes, name: str) -> bytes:
    """A file's notebook as ``.ipynb``; one kept so has its outputs and all metadata.

    Raises:
        NotebookFormatError: The file holds no notebook, or its environment is no TOML.
    """
    kind = kind_of(content)
    if kind is not None and kind.form == "JUPYTER":
        return content
    return render_jupyter(read(content), name).encode()


def decoded(content: bytes) -> str:
    """A notebook's text.

    Raises:
        NotebookFormatError: It is not UTF-8.
    """
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise NotebookFormatError(
            f"The content is not UTF-8 text ({exc.reason} at byte {exc.start}).",
            "A file that is no notebook is imported with format AUTO or RAW.",
        ) from exc


def _is_r(head: str) -> bool:
    first = head.removeprefix("\ufeff").partition("\n")[0].removesuffix("\r")
    return first == _R_HEADER


def _without_r(text: str) -> str:
    return text.replace(_R_HEADER, HEADERS["r"], 1)
