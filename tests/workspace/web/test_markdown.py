from __future__ import annotations

import pytest

from brickyard.workspace.web.markdown import render
from tests.workspace.web.browsing import Html


def test_markdown_becomes_html() -> None:
    html = render(
        "# T\n\n*a* **b** `c<d`\n\n|x|y|\n|-|-|\n|1|2|\n\n~~z~~ [l](https://e.org/?a=1&b)"
    )
    assert "<h1>T</h1>" in html
    assert "<em>a</em> <strong>b</strong> <code>c&lt;d</code>" in html
    assert "<td>1</td>" in html
    assert "<s>z</s>" in html
    assert '<a href="https://e.org/?a=1&amp;b" rel="noreferrer">l</a>' in html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<javascript:alert(1)>",
        "[x]: javascript:alert(1)\n\n[x]",
        '[x](https://e.org "\\" onclick=alert(1)")',
        "![x](https://evil.example/pixel.png)",
        '![" onerror="alert(1)](https://e.org)',
        "![x](javascript:alert(1))",
        "<iframe src=//evil></iframe>",
        "<svg/onload=alert(1)>",
        "```<script>\nalert(1)\n```",
    ],
)
def test_nothing_in_it_can_act(source: str) -> None:
    assert Html(render(source)).dangers() == []


def test_images_in_the_source_itself_are_shown() -> None:
    html = Html(render("![dot](data:image/png;base64,iVBORw0KGgo=)"))
    assert html.every("img") == [{"src": "data:image/png;base64,iVBORw0KGgo=", "alt": "dot"}]


def test_images_from_elsewhere_become_links() -> None:
    html = Html(render("![flow](https://e.org/flow.png)"))
    assert html.every("img") == []
    assert html.every("a") == [{"href": "https://e.org/flow.png", "rel": "noreferrer"}]
    assert "flow" in html.text


def test_very_long_text_is_left_as_it_is() -> None:
    assert render("<b>" + "x" * 200_000).startswith("<pre>&lt;b&gt;xxx")
