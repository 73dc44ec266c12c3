from __future__ import annotations

import base64
import html
import json
from decimal import Decimal
from itertools import pairwise
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brickyard.runtime.protocol import METADATA_MIME, TABLE_MIME
from brickyard.runtime.redaction import MASK, Redactor

# Letters that overlap often, and all that some form of showing text writes in another way.
LETTERS = "abX1 .*\\'\"<&>\n\té€😀%+"
secrets = st.lists(
    st.text(alphabet=LETTERS, min_size=2, max_size=8).filter(lambda s: s.strip() != ""),
    min_size=1,
    max_size=4,
)


def hiding(*values: str) -> Redactor:
    redactor = Redactor()
    for value in values:
        redactor.add(value)
    return redactor


def test_replaces_a_secret_anywhere_in_a_value_for_json() -> None:
    redactor = hiding("hunter2")

    shown = redactor.value({"key hunter2": ["a hunter2 b", {"n": 3, "t": ("hunter2", None)}]})

    assert shown == {f"key {MASK}": [f"a {MASK} b", {"n": 3, "t": [MASK, None]}]}


def test_numbers_and_binary_are_looked_at_too() -> None:
    redactor = hiding("12345", "ünter")

    shown = redactor.value([12345, 123456, 0.12345, Decimal("9.12345"), 77, True, None])
    assert shown == [MASK, f"{MASK}6", f"0.{MASK}", f"9.{MASK}", 77, True, None]
    assert redactor.value(b"\xffx\xc3\xbcnter") == b"\xffx" + MASK.encode()


def test_a_longer_secret_hides_its_tail_too() -> None:
    assert hiding("pass", "password1").text("the password1.") == f"the {MASK}."


def test_secrets_that_overlap_go_as_one() -> None:
    redactor = hiding("abcd", "cdef")
    assert redactor.text("xabcdefx abcd cdef") == f"x{MASK}x {MASK} {MASK}"


def test_a_blank_secret_does_not_blank_the_output() -> None:
    assert hiding("  ").text("a  b") == "a  b"


def test_who_listens_is_told_each_secret_once() -> None:
    told: list[str] = []
    redactor = Redactor()
    redactor.listener = told.append
    for secret in ("one", "one", " ", "two"):
        redactor.add(secret)
    assert told == ["one", "two"]


def test_our_own_words_in_a_table_and_its_metadata_stay() -> None:
    redactor = hiding("rows", "10", "width")
    table = {"columns": ["rows"], "types": ["t"], "rows": [["10"]], "truncated": True}
    size = {"image/png": {"width": 10}}
    shown = redactor.content({TABLE_MIME: table, METADATA_MIME: size, "image/png": "rows10"})

    assert shown[TABLE_MIME] == {
        "columns": [MASK],
        "types": ["t"],
        "rows": [[MASK]],
        "truncated": True,
    }
    assert shown[METADATA_MIME] == size
    assert shown["image/png"] == "rows10"


@pytest.mark.parametrize("limit", [3, 7, 9, 12, 30])
def test_a_cut_spares_no_part_of_a_secret(limit: int) -> None:
    redactor = hiding("correct-horse")
    text = "ab correct-horse cd"

    assert redactor.head(text, limit) == f"ab {MASK} cd"[:limit]
    assert redactor.tail(text, limit) == f"ab {MASK} cd"[-limit:]


@given(
    secret=st.text(alphabet=LETTERS, min_size=2, max_size=8).filter(lambda s: s.strip() != ""),
    before=st.sampled_from(["", "it's ", 'a "b" ', "x"]),
)
def test_the_forms_that_showing_gives_a_secret_are_hidden_too(secret: str, before: str) -> None:
    redactor = hiding(secret)
    whole = before + secret
    for form in (
        repr(whole),
        repr([whole]),
        json.dumps(whole),
        json.dumps(whole, ensure_ascii=False),
        html.escape(whole),
        html.escape(whole, quote=False),
        quote(secret),
        quote_plus(secret),
    ):
        assert MASK in redactor.text(form)


@given(
    secrets=secrets,
    before=st.text(alphabet=LETTERS, max_size=20),
    after=st.text(alphabet=LETTERS, max_size=20),
    cuts=st.lists(st.integers(0, 100), max_size=12),
)
@example(secrets=["pass", "password1"], before="", after="", cuts=[4])
@example(secrets=["password1", "pass"], before="x", after="y", cuts=[3, 5, 6])
@example(secrets=["é€"], before="", after="", cuts=[1, 3])
def test_no_secret_passes_a_stream_wherever_it_is_cut(
    secrets: list[str], before: str, after: str, cuts: list[int]
) -> None:
    redactor = hiding(*secrets)
    data = (before + secrets[0] + after).encode()
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]

    sent, held = [], b""
    for start, stop in pairwise(edges):
        out, held = redactor.split(held + data[start:stop])
        # What is split off ends between characters wherever a secret could begin.
        sent.append(redactor.text(out.decode("utf-8", "surrogateescape")))
    sent.append(redactor.text(held.decode("utf-8", "surrogateescape")))

    # The mask itself may hold letters of a secret, so what is between the masks is looked at.
    for part in "".join(sent).split(MASK):
        assert not any(secret in part for secret in secrets)


def test_the_start_of_a_secret_does_not_let_its_end_through() -> None:
    redactor = hiding("pass", "password1")
    out, held = redactor.split(b"my pass")
    rest, held = redactor.split(held + b"word1 is")
    assert redactor.text((out + rest).decode()) == f"my {MASK} is"


def test_a_large_secret_is_held_back_without_much_work() -> None:
    secret = base64.b64encode(bytes(range(256)) * 380).decode()
    redactor = hiding(secret)
    held = b""
    sent = []
    data = f"x{secret}y".encode()
    for start in range(0, len(data), 997):
        out, held = redactor.split(held + data[start : start + 997])
        sent.append(out)
    assert redactor.text(b"".join([*sent, held]).decode()) == f"x{MASK}y"
    assert sent[1:-1] == [b""] * (len(sent) - 2)
