from __future__ import annotations

import pytest

from brickyard.workspace.web.source import highlight
from tests.workspace.web.browsing import Html


def test_python_is_coloured() -> None:
    assert highlight("python", "import os") == (
        '<span class="magic"></span><span class="kn">import</span><span class="w"> </span>'
        '<span class="nn">os</span>'
    )


def test_the_magic_line_is_marked() -> None:
    html = highlight("sql", "%sql\nselect 1")
    assert html.startswith('<span class="magic">%sql\n</span><span class="k">select</span>')


@pytest.mark.parametrize("language", ["python", "sql", "sh", "pip", "fs", "run", "scala", "r"])
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('x')</script>",
        '"</span><img src=x onerror=alert(1)>"',
        "\n\nx = 1\n\n",
        "%sh <b>ls</b>",
        "é = '☃'\t# &amp;",
        "",
    ],
)
def test_the_text_stays_the_text(language: str, text: str) -> None:
    html = Html(highlight(language, text))
    assert html.text == text
    assert html.dangers() == []
    assert {tag for tag, _ in html.tags} <= {"span"}


def test_a_very_long_cell_stays_plain() -> None:
    assert highlight("python", "import os\n" * 6_000) == "import os\n" * 6_000
