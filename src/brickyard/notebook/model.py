"""What a notebook is once it has been read: a language and its cells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brickyard.errors import BrickyardError

# ``%md-sandbox`` is Databricks' older name of an HTML-capable ``%md``.
_MAGIC = re.compile(r"\s*%(?P<word>md-sandbox|md|python|sql|scala|r|sh|fs|run|pip|skip)(?=\s|$)")
# What may separate the magic word from the body: spaces, and one line end after them.
_AFTER_WORD = re.compile(r"[ \t]*\n?")


class NotebookFormatError(BrickyardError):
    """A text is not a notebook in the format that it was taken for."""


@dataclass(frozen=True)
class Cell:
    r"""One cell.

    Attributes:
        position: Place in the notebook, from 0.
        language: What runs it: ``python``, ``sql``, ``md``, ``sh``, ``fs``, ``run``, ``pip``,
            ``scala`` or ``r``; ``skip`` for a cell that is not to run; see :func:`cell_language`.
        source: The text as one sees it in the browser, its leading magic line included and the
            ``# MAGIC `` prefixes of the file gone. Lines end with ``\n``; no final line end.
        title: The title, or None.
        title_shown: Whether the browser shows the title (``DBTITLE 1`` as against ``DBTITLE 0``).
    """

    position: int
    language: str
    source: str
    title: str | None = None
    title_shown: bool = True

    @property
    def label(self) -> str:
        """How a message names the cell: its number, counted from 1, and its title."""
        named = f" ({self.title!r})" if self.title else ""
        return f"Cell {self.position + 1}{named}"

    @property
    def body(self) -> str:
        """The text after the leading language magic, such as ``select 1`` of ``%sql select 1``.

        A cell without one is its own body; so is a Python cell with ``%pip`` lines among others,
        for there the magic does not stand for the cell.
        """
        match = _MAGIC.match(self.source)
        if match is None or _language_of(match["word"]) != self.language:
            return self.source
        rest = self.source[match.end() :]
        return _AFTER_WORD.sub("", rest, count=1)


@dataclass(frozen=True)
class Notebook:
    """A notebook.

    Attributes:
        language: ``python``, ``sql``, ``scala`` or ``r``: what runs a cell without magic.
        cells: The cells in order.
        environment: The environment that the notebook asks for, as TOML with a table
            ``tool.databricks.environment``; None when it asks for none.
    """

    language: str
    cells: tuple[Cell, ...]
    environment: str | None = None


def cell_language(source: str, default: str) -> str:
    """What runs a cell.

    Args:
        source: The cell's text, without file prefixes.
        default: The notebook's language.

    Returns:
        The language that the leading magic names, else ``default``. ``pip`` means that nothing but
        ``%pip`` stands in the cell; with other lines among them it is a ``python`` cell. Magics
        that are IPython's own (``%time``, ``%matplotlib``) do not change the language.
    """
    match = _MAGIC.match(source)
    if match is None:
        return default
    language = _language_of(match["word"])
    if language == "pip" and not _only_pip(source):
        return "python"
    return language


def _language_of(word: str) -> str:
    return "md" if word == "md-sandbox" else word


def _only_pip(source: str) -> bool:
    continued = False
    for line in source.split("\n"):
        text = line.strip()
        if not (continued or not text or text.startswith("#") or re.match(r"%pip(\s|$)", text)):
            return False
        continued = text.endswith("\\")
    return True
