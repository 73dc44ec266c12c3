from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.workspace.web.screen import MAX_CHARACTERS, MAX_LINE, MAX_LINES, Screen


def shown(*pieces: str) -> str:
    screen = Screen()
    for piece in pieces:
        screen.write("stdout", piece)
    return "".join(text for _, text in screen.runs())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\nb\n", "a\nb"),
        ("a\r\nb", "a\nb"),
        ("10%\r20%\r100%", "100%"),
        ("long line\rshort", "shortline"),
        ("long line\r\x1b[Kshort", "short"),
        ("gone\x1b[2K", ""),
        ("ab\b\bc", "cb"),
        ("\b\bx", "x"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("a\x00\x07b\tc", "ab\tc"),
        ("\x1b[5Gx", "x"),
        ("tail \x1b[", "tail "),
    ],
)
def test_what_a_terminal_would_leave(text: str, left: str) -> None:
    assert shown(text) == left


@given(
    st.lists(
        st.sampled_from(
            [
                "a",
                "bc",
                "\n",
                "\r",
                "\b",
                "\x1b",
                "[",
                "2K",
                "31m",
                "]",
                "\x07",
                "\\",
                "é",
                "\x1b[K",
            ]
        )
    ),
    st.data(),
)
def test_it_does_not_matter_where_the_text_is_cut(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cut = data.draw(st.integers(0, len(text)))
    assert shown(text[:cut], text[cut:]) == shown(text)


def test_streams_have_their_own_unfinished_lines() -> None:
    screen = Screen()
    screen.write("stderr", "\r 50%")
    screen.write("stdout", "half way\n")
    screen.write("stderr", "\r100%")
    assert screen.runs() == [("stdout", "half way"), ("stderr", "100%")]
    screen.write("stderr", "\n")
    screen.write("stdout", "done\n")
    assert screen.runs() == [("stdout", "half way"), ("stderr", "100%"), ("stdout", "done")]


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_only_the_last_lines_are_kept(ending: str) -> None:
    screen = Screen()
    screen.write("stdout", "".join(f"{n}{ending}" for n in range(MAX_LINES + 500)))
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


@pytest.mark.parametrize("text", ["x" * 50_000, "\r" + "x" * 50_000, "x\n" + "y" * 50_000 + "\nz"])
def test_a_long_line_is_cut_with_a_mark(text: str) -> None:
    longest = max(shown(text).split("\n"), key=len)
    assert len(longest) == MAX_LINE
    assert longest.endswith("…")
