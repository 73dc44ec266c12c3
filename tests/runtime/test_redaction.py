from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.redaction import MASK, Redactor

secrets = st.lists(
    st.text(alphabet="abcXY1 ", min_size=2, max_size=8).filter(lambda s: s.strip() != ""),
    min_size=1,
    max_size=4,
)


def test_replaces_a_secret_anywhere_in_a_json_value() -> None:
    redactor = Redactor()
    redactor.add("hunter2")

    shown = redactor.value({"key hunter2": ["a hunter2 b", {"n": 3, "t": ("hunter2", None)}]})

    assert shown == {f"key {MASK}": [f"a {MASK} b", {"n": 3, "t": [MASK, None]}]}


def test_a_longer_secret_hides_its_tail_too() -> None:
    redactor = Redactor()
    redactor.add("pass")
    redactor.add("password1")

    assert redactor.text("the password1.") == f"the {MASK}."


def test_a_blank_secret_does_not_blank_the_output() -> None:
    redactor = Redactor()
    redactor.add("  ")

    assert redactor.text("a  b") == "a  b"


@given(
    secrets=secrets,
    before=st.text(alphabet="abcXY1 \n", max_size=20),
    after=st.text(alphabet="abcXY1 \n", max_size=20),
    cuts=st.lists(st.integers(0, 60), max_size=12),
)
def test_no_secret_passes_a_stream_wherever_it_is_cut(
    secrets: list[str], before: str, after: str, cuts: list[int]
) -> None:
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret)
    text = before + secrets[0] + after
    edges = [0, *sorted(cuts), len(text)]
    pieces = [text[start:stop] for start, stop in pairwise(edges)]

    sent, held = [], ""
    for piece in pieces:
        out, held = redactor.split(held + piece)
        sent.append(out)
    sent.append(redactor.text(held))

    # The mask itself may hold letters of a secret, so what is between the masks is looked at.
    for part in "".join(sent).split(MASK):
        assert not any(secret in part for secret in secrets)
