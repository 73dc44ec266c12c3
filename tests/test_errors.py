"""The root of errors: one line that names the remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.errors import BrickyardError, MissingExtraError, did_you_mean


def test_error_reads_as_message_and_remedy() -> None:
    error = BrickyardError("The port 1 is taken.", "Name another with --port N.")
    assert str(error) == "The port 1 is taken. Name another with --port N."
    assert (error.message, error.remedy) == ("The port 1 is taken.", "Name another with --port N.")
    assert str(BrickyardError("Just this.")) == "Just this."


def test_missing_extra_gives_the_command() -> None:
    error = MissingExtraError("pysail", "local")
    assert isinstance(error, BrickyardError)
    assert str(error) == (
        "The package 'pysail' is not installed. Install it with: pip install 'brickyard[local]'"
    )


@pytest.mark.parametrize(
    ("wrong", "known", "said"),
    [
        ("trainng", ["training", "scoring"], "Did you mean 'training'?"),
        ("tain", ["train", "main"], "Did you mean 'train' or 'main'?"),
        ("zzz", ["b", "a", "a"], "Known: a, b."),
        ("zzz", [], ""),
        ("zzz", [f"n{number:02}" for number in range(11)],
         "Known: n00, n01, n02, n03, n04, n05, n06, n07, n08, n09, …."),
    ],
)  # fmt: skip
def test_did_you_mean(wrong: str, known: list[str], said: str) -> None:
    assert did_you_mean(wrong, known) == said


@given(st.lists(st.text(min_size=1), min_size=1))
def test_a_name_that_is_known_is_suggested_first(known: list[str]) -> None:
    said = did_you_mean(known[0], known)
    assert said.startswith(f"Did you mean {known[0]!r}")
