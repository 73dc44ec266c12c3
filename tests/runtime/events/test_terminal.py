from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tqdm import tqdm

from brickyard.runtime.events.terminal import Terminal, plain


def shown(*pieces: str) -> str:
    terminal = Terminal()
    done = ""
    for piece in pieces:
        terminal.feed(piece)
        done += terminal.take()
    return done + terminal.close()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a\nb\n", "a\nb\n"),
        ("a\r\nb", "a\nb"),
        ("10%\r20%\r100%", "100%"),
        ("long line\rshort", "shortline"),
        ("long line\r\x1b[Kshort", "short"),
        ("long line\x1b[4D\x1b[1Kx", "     xine"),
        ("gone\x1b[2K", ""),
        ("ab\b\bc", "cb"),
        ("\b\bx", "x"),
        ("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
        ("\x1b[31mlong\x1b[0m\rno", "nong"),
        ("plain\r\x1b[32mgr", "\x1b[32mgr\x1b[0main"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(Ba\x1b=b", "ab"),
        ("a\x00\x07b\tc", "ab\tc"),
        ("\x1b[5Gx", "    x"),
        ("\x1b[999999999Cx", " x"),
        ("tail \x1b[", "tail "),
        ("one\ntwo\x1b[Aup\n", "oneup\ntwo"),
        ("one\ntwo\x1b[1F\x1b[Jx", "x"),
    ],
)
def test_what_a_terminal_would_leave(text: str, left: str) -> None:
    assert shown(text) == left


PARTS = ["a", "bc", "\n", "\r", "\b", "\x1b", "[", "2K", "31m", "]", "\x07", "\\", "é", "\x1b[K"]


@given(st.lists(st.sampled_from([*PARTS, "\r\n", "\x1b[3C", "\x1b[0m"])), st.data())
def test_it_does_not_matter_where_the_text_is_cut(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cut = data.draw(st.integers(0, len(text)))
    assert shown(text[:cut], text[cut:]) == shown(text)


@given(st.lists(st.sampled_from([*PARTS, "\x1b[A", "\x1b[2B", "\x1b[J", "\x1b[E"]), max_size=60))
def test_of_controls_only_colours_are_left(parts: list[str]) -> None:
    left = plain(shown(*parts))
    assert not any(ord(c) < 32 and c not in "\n\t" for c in left)


@given(st.lists(st.text(alphabet="ab\n", max_size=8)))
def test_plain_text_is_left_alone(pieces: list[str]) -> None:
    assert shown(*pieces) == "".join(pieces)


class Pieces(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text)
        return len(text)


def test_a_bar_is_one_line_whatever_the_number_of_its_updates() -> None:
    out = Pieces()
    for _ in tqdm(range(500), file=out, mininterval=0, desc="bar"):
        pass

    assert len(out.written) > 400
    assert shown(*out.written).count("bar") == 1
    assert "500/500" in shown(*out.written)


def test_nested_bars_do_not_pile_up() -> None:
    out = Pieces()
    for _ in tqdm(range(4), file=out, mininterval=0, desc="outer"):
        for _ in tqdm(range(9), file=out, mininterval=0, desc="inner", leave=False, position=1):
            pass

    left = shown(*out.written)
    assert "4/4" in left
    assert left.count("outer") == 1
    assert "inner" not in left


def test_what_is_finished_is_given_away_once_and_the_rest_whole() -> None:
    terminal = Terminal()
    terminal.feed("one\ntwo")
    assert (terminal.take(), terminal.open, terminal.is_animated) == ("one\n", "two", False)
    terminal.feed(" three")
    assert (terminal.take(), terminal.open) == ("", "two three")
    terminal.feed("\r 5%")
    assert (terminal.take(), terminal.open, terminal.is_animated) == ("", " 5% three", True)
    assert terminal.close() == " 5% three"
    assert (terminal.open, terminal.is_animated) == ("", False)


def test_a_long_unfinished_line_is_given_away_in_pieces() -> None:
    terminal = Terminal()
    given = ""
    for _ in range(1000):
        terminal.feed("." * 100)
        given += terminal.take()
        assert len(terminal.open) <= 4200
    assert given + terminal.close() == "." * 100_000


def test_a_terminal_goes_on_where_another_ended() -> None:
    terminal = Terminal("half of")
    terminal.feed(" it\n")
    assert terminal.take() == "half of it\n"
