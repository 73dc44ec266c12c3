from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries.arguments import read, split, verb_of

WORDS = st.lists(st.text(min_size=1).filter(lambda word: "\0" not in word), max_size=5)


@given(WORDS, st.text(alphabet="ab #'\"\\"))
def test_quoted_words_come_back_whatever_is_in_them_and_comments_do_not(
    words: list[str], comment: str
) -> None:
    line = " ".join(f"'{word.replace(chr(39), chr(39) + chr(92) + chr(39) * 2)}'" for word in words)

    assert split(f"{line}  # {comment}") == words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("install a  b#c # d", ["install", "a", "b#c"]),
        ("install git+https://h/r.git@main#egg=x", ["install", "git+https://h/r.git@main#egg=x"]),
        ("install 'pandas>=2,<3' \"a b\"/c", ["install", "pandas>=2,<3", "a b/c"]),
        ("install pandas>=2", ["install", "pandas>=2"]),
        ("install a\\ b.whl", ["install", "a b.whl"]),
        ("", []),
    ],
)
def test_a_line_is_parted_as_bash_would(line: str, words: list[str]) -> None:
    assert split(line) == words


def test_the_environments_variables_are_put_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHEELS", "/Volumes/a")

    assert split("install $WHEELS/x.whl ${WHEELS}/y.whl '$WHEELS'") == [
        "install",
        "/Volumes/a/x.whl",
        "/Volumes/a/y.whl",
        "$WHEELS",
    ]
    with pytest.raises(MagicError, match=r"\$NOWHERE in '\$NOWHERE/x' is no variable"):
        split("install $NOWHERE/x")


@pytest.mark.parametrize("operator", ["|", "||", "&&", ";", ">", ">=1", "2>&1", ">/dev/null", "&"])
def test_a_shells_operators_are_refused_by_name(operator: str) -> None:
    with pytest.raises(MagicError, match="belongs to a shell") as caught:
        split(f"install a {operator} b")

    assert repr(operator) in str(caught.value)


INDEX, OTHER = "https://one.example", "https://two.example"


def test_options_are_read_as_pip_reads_them() -> None:
    request = read(
        "install",
        shlex.split(
            "-qU a -r one.txt -rtwo.txt --requirement=three.txt -c limits.txt -e ./project "
            f"-i {INDEX} --extra-index-url={OTHER} --find-links /wheels --pre "
            "--force-reinstall --no-deps --no-cache-dir --no-index --user --timeout 3 -v b"
        ),
    )

    assert request.words == ["a", "b"]
    assert request.files == ["one.txt", "two.txt", "three.txt"]
    assert request.constraints == ["limits.txt"]
    assert request.editables == ["./project"]
    assert (request.quiet, request.upgrade, request.force, request.eager) == (True,) * 3 + (False,)
    assert request.options == [
        f"--index-url={INDEX}",
        f"--extra-index-url={OTHER}",
        "--find-links=/wheels",
        "--prerelease=allow",
        "--no-deps",
        "--no-cache",
        "--no-index",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--target", "/x", "a"], "--target is not supported: %pip fills this notebook's own"),
        (["-t", "/x", "a"], "-t is not supported"),
        (["--upgrad", "a"], "--upgrad is not supported. Did you mean '--upgrade'"),
        (["-Z", "a"], "the option -Z is not supported"),
        (["a", "-r"], "-r needs a value"),
    ],
)
def test_what_cannot_be_is_refused_by_name(words: list[str], says: str) -> None:
    with pytest.raises(MagicError) as caught:
        read("install", words)

    assert says in str(caught.value)


def test_options_may_come_before_the_verb() -> None:
    assert verb_of(["-q", "install", "a"]) == ("install", ["-q", "a"])
    assert verb_of(["-q"]) == ("", ["-q"])
