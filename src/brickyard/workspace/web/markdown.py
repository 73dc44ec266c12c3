"""Markdown to HTML that can do no harm: CommonMark with tables, without HTML of the author's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_CHARACTERS = 200_000


def render(text: str) -> Markup:
    """Render Markdown.

    Args:
        text: The source; what is longer than 200,000 characters is shown as it is.

    Returns:
        HTML in which every tag is ours: HTML in the source is shown as text, links lead nowhere
        but to http, https, mailto and relative addresses, and images that are not in the source
        itself become links.
    """
    if len(text) > MAX_CHARACTERS:
        return Markup("<pre>{}</pre>").format(text)
    return Markup(_parser().render(text))  # noqa: S704 - the renderer escapes all text


@cache
def _parser() -> MarkdownIt:
    # Imported at the first use: the server's start does not wait for it.
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link_open)
    return parser


def _image(renderer: Any, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    """Images from elsewhere would tell others who reads what, and the content policy bars them."""
    del renderer, options, env
    token = tokens[index]
    source = str(token.attrGet("src") or "")
    alt = escape(token.content or "image")
    if source.startswith("data:"):
        return str(Markup('<img src="{}" alt="{}">').format(source, alt))
    return str(Markup('<a href="{}" rel="noreferrer">{}</a>').format(source, alt))


def _link_open(
    renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: object
) -> str:
    del env
    tokens[index].attrSet("rel", "noreferrer")
    return str(renderer.renderToken(tokens, index, options, {}))
