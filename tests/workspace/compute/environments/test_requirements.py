"""Requirements files: what they may say, what becomes of local files, and which line is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.workspace.compute.environments import Item, RequirementsError, Sources
from brickyard.workspace.compute.environments import read_requirements as read
from tests.support.wheels import tiny_wheel


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """``/Volumes/…`` is a folder of the test's."""

    def to_local(address: str) -> str:
        return address.replace("/Volumes/", f"{tmp_path}/volumes/", 1)

    return Sources(tmp_path / "copies", to_local)


def lines(text: str, tmp_path: Path, sources: Sources) -> list[str]:
    file = tmp_path / "requirements.txt"
    file.write_text(text)
    return read(file, sources).texts


def test_what_uv_understands_is_passed_on(tmp_path: Path, sources: Sources) -> None:
    index = "--index-url " + "https://host.example"
    text = f"""
    # needed by everything
    {index}   # ours
    pandas[excel] >= 2, <3 ; python_version > "3.8"
    "quoted"
    """.replace('    "quoted"\n', "    numpy \\\n        ==1.26.0 --hash=sha256:abc\n")
    assert lines(text, tmp_path, sources) == [
        index,
        'pandas[excel] >= 2, <3 ; python_version > "3.8"',
        "numpy         ==1.26.0 --hash=sha256:abc",
    ]


def test_addresses_of_packages_are_passed_on(tmp_path: Path, sources: Sources) -> None:
    text = "a @ https://host/a-1.0-py3-none-any.whl\nhttps://host/b-1.0-py3-none-any.whl\n"
    assert lines(text, tmp_path, sources) == text.splitlines()


@pytest.mark.parametrize(
    "written",
    [
        "/Volumes/c/s/v/tiny-1.0-py3-none-any.whl",
        "./volumes/c/s/v/tiny-1.0-py3-none-any.whl",
        "volumes/c/s/v/tiny-1.0-py3-none-any.whl[extra]",
        "tiny[extra] @ /Volumes/c/s/v/tiny-1.0-py3-none-any.whl",
    ],
)
def test_local_files_are_copied_under_the_hash_of_their_content(
    tmp_path: Path, sources: Sources, written: str
) -> None:
    wheel = tiny_wheel(tmp_path / "volumes/c/s/v", "1.0")
    content = wheel.read_bytes()
    (line,) = lines(written, tmp_path, sources)

    (copy,) = sources.copies.glob("*/*.whl")
    assert copy.as_uri() in line
    assert ("[extra]" in line) == ("[extra]" in written)
    wheel.unlink()
    assert copy.read_bytes() == content
    tiny_wheel(tmp_path / "volumes/c/s/v", "1.0", files={"tiny.py": "another"})
    assert lines(written, tmp_path, sources) != [line]


def test_included_files_are_read_and_constraints_are_copied(
    tmp_path: Path, sources: Sources
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "inner.txt").write_text("-c limits.txt\nb\n")
    (tmp_path / "more" / "limits.txt").write_text("b<2\n")
    included, inner = (
        lines("a\n-rmore/inner.txt\n", tmp_path, sources)[:1],
        lines("--requirement=more/inner.txt\n", tmp_path, sources),
    )

    assert included == ["a"]
    (copy,) = sources.copies.glob("*/limits.txt")
    assert inner == [f"-c {copy}", "b"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\n\nb = 1\n", "requirements.txt, line 3: 'b = 1': "),
        ("-e .\n", "line 1: '-e .': an editable package cannot be shared"),
        ("--frobnicate\n", "the option --frobnicate is not known"),
        ("-r missing.txt\n", "missing.txt cannot be read"),
        ("-c missing.txt\n", "line 1: '-c missing.txt': missing.txt does not exist"),
        ("a\n./missing-1.0-py3-none-any.whl\n", "line 2: "),
        ("./folder\n", "folder is not a wheel"),
        ("-r requirements.txt\n", "includes itself"),
        ("x @ https://me:hush@host/ y\n", "line 1: 'x @ https://****@host/ y'"),
    ],
)
def test_what_cannot_be_read_is_named(
    tmp_path: Path, sources: Sources, text: str, said: str
) -> None:
    with pytest.raises(RequirementsError) as caught:
        lines(text, tmp_path, sources)
    assert said in str(caught.value)
    assert caught.value.remedy


def test_what_uv_complains_of_is_traced_to_its_line(tmp_path: Path, sources: Sources) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text("good\nsome_thing==9\n")
    item = read(file, sources)

    assert item.explain("there is no version of some-thing==9") == (
        "requirements.txt, line 2: 'some_thing==9': there is no version of some-thing==9"
    )
    assert Item.of("x").explain("what uv says") == "what uv says"


@given(text=st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_bytes(text.encode())
    try:
        found = read(file, Sources(file.parent / "copies", str))
    except RequirementsError as refusal:
        found = Item.of(refusal.remedy)
    assert all(line.strip() for line in found.texts)
