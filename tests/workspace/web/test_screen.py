from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.workspace.web.screen import (
    MAX_CHARACTERS,
    MAX_LINE,
    MAX_LINES,
    Screen,
    coloured,
    uncoloured,
)


def shown(*pieces: str) -> str:
    screen = Screen()
    for piece in pieces:
        screen.write("stdout", piece)
    return "".join(text for _, text in screen.runs())


@given(st.text(alphabet="ab\n", max_size=40), st.data())
def test_it_does_not_matter_where_the_text_is_cut(text: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    assert shown(text[:cut], text[cut:]) == shown(text)


def test_streams_have_their_own_unfinished_lines() -> None:
    screen = Screen()
    screen.write_open("stderr", " 50%", 1)
    screen.write("stdout", "half way\n")
    assert screen.runs() == [("stdout", "half way"), ("stderr", " 50%")]
    assert screen.rewrite("stderr", "100%\n", 1, is_open=False)
    screen.write("stdout", "done\n")
    assert screen.runs() == [("stdout", "half way"), ("stderr", "100%"), ("stdout", "done")]
    assert not screen.rewrite("stderr", "again\n", 1, is_open=False)


def test_only_the_last_lines_are_kept() -> None:
    screen = Screen()
    screen.write("stdout", "".join(f"{n}\n" for n in range(MAX_LINES + 500)))
    lines = screen.runs()[0][1].split("\n")
    assert screen.dropped == 500
    assert (len(lines), lines[0], lines[-1]) == (MAX_LINES, "500", str(MAX_LINES + 499))


def test_characters_are_bounded_too() -> None:
    screen = Screen()
    for _ in range(60):
        screen.write("stdout", "x" * 9_999 + "\n")
    kept = sum(len(text) for _, text in screen.runs())
    assert screen.dropped == 20
    assert MAX_CHARACTERS - 10_000 < kept <= MAX_CHARACTERS + 40


@pytest.mark.parametrize("text", ["x" * 50_000, "x\n" + "y" * 50_000 + "\nz"])
def test_a_long_line_is_cut_with_a_mark(text: str) -> None:
    longest = max(shown(text).split("\n"), key=len)
    assert len(longest) == MAX_LINE
    assert longest.endswith("…")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b", "a &lt; b"),
        ("\x1b[1;31m<red>\x1b[0m x", '<span class="ansi-bold ansi-fg-red">&lt;red&gt;</span> x'),
        ("\x1b[32mg\x1b[39mn", '<span class="ansi-fg-green">g</span>n'),
        ("\x1b[91;41mx", '<span class="ansi-bg-red ansi-fg-red">x</span>'),
        ("\x1b[38;5;31;1mx\x1b[22my", '<span class="ansi-bold">x</span>y'),
        ("\x1b[38;2;1;2;3;4mx", '<span class="ansi-underline">x</span>'),
        ("\x1b[mx\x07", "x"),
    ],
)
def test_colours_become_classes_and_all_else_is_escaped(text: str, html: str) -> None:
    assert coloured(text) == html


@given(st.text(alphabet="<>&\"'\x1b[0123456789;mab\n", max_size=60))
def test_no_text_makes_a_tag_other_than_ours(text: str) -> None:
    html = str(coloured(text))
    for tag in html.split("<")[1:]:
        assert tag.startswith(('span class="ansi-', "/span>"))


def test_text_without_colours() -> None:
    assert uncoloured("\x1b[1;31mred\x1b[0m\n") == "red\n"
