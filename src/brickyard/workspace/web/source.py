"""A cell's source with light highlighting."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from brickyard.notebook import Cell

_MAX_CHARACTERS = 50_000
_LEXERS = {"python": "PythonLexer", "sql": "SqlLexer", "sh": "BashLexer"}


@lru_cache(maxsize=1024)
def highlight(language: str, text: str) -> Markup:
    """Colour a cell's text.

    Args:
        language: What runs the cell; languages without a lexer, and very long cells, stay plain.
        text: The whole cell, its magic line included.
    """
    name = _LEXERS.get(language)
    if name is None or len(text) > _MAX_CHARACTERS:
        return escape(text)
    body = Cell(0, language, text).body
    magic = text[: len(text) - len(body)]
    return Markup('<span class="magic">{}</span>{}').format(magic, _coloured(name, body))


def _coloured(lexer_name: str, text: str) -> Markup:
    # Imported at the first use: the server's start does not wait for it.
    import pygments.lexers  # type: ignore[import-untyped]  # it ships no types
    from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]  # the same

    lexer = getattr(pygments.lexers, lexer_name)(stripnl=False, ensurenl=False)
    html = pygments.highlight(text, lexer, HtmlFormatter(nowrap=True))
    if not text.endswith("\n"):
        html = html.removesuffix("\n")  # the formatter ends the last line
    return Markup(html)  # noqa: S704 - it escapes all text
