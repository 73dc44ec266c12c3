from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries.arguments import Request
from brickyard.runtime.libraries.localise import Localiser
from brickyard.runtime.paths import PathMap

INDEX = "https://one.example"


@pytest.fixture
def localiser(paths: PathMap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Localiser:
    monkeypatch.chdir(tmp_path / "workspace")
    return Localiser(paths, tmp_path / "copies")


def touch(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("word", "file"),
    [
        ("dbfs:/w/a-1.0-py3-none-any.whl", "dbfs/w/a-1.0-py3-none-any.whl"),
        ("/dbfs/w/a-1.0-py3-none-any.whl", "dbfs/w/a-1.0-py3-none-any.whl"),
        ("dbfs:/Volumes/c/s/v/a-1.0.tar.gz", "volumes/c/s/v/a-1.0.tar.gz"),
        ("/Volumes/c/s/v/a-1.0.tar.gz", "volumes/c/s/v/a-1.0.tar.gz"),
        ("/Workspace/Shared/a-1.0-py3-none-any.whl", "workspace/Shared/a-1.0-py3-none-any.whl"),
        ("file:/Workspace/a-1.0-py3-none-any.whl", "workspace/a-1.0-py3-none-any.whl"),
        ("./a-1.0-py3-none-any.whl", "workspace/a-1.0-py3-none-any.whl"),
        ("a-1.0-py3-none-any.whl", "workspace/a-1.0-py3-none-any.whl"),
    ],
)
def test_files_are_found_in_every_tree(
    localiser: Localiser, tmp_path: Path, word: str, file: str
) -> None:
    there = touch(tmp_path / file)

    told = localiser.words(Request(words=[word, f"{word}[extra]"]))

    assert told == [str(there), f"{there}[extra]"]
    assert localiser.names == {"a"}


def test_a_name_may_have_a_place(localiser: Localiser, tmp_path: Path) -> None:
    there = touch(tmp_path / "dbfs/w/b-2.whl")

    told = localiser.words(Request(words=["b @ dbfs:/w/b-2.whl", "c @ git+https://h/c@main"]))

    assert told == [f"b @ {there.as_uri()}", "c @ git+https://h/c@main"]
    assert localiser.names == {"b", "c"}


def test_packages_and_addresses_stay_as_they_are(localiser: Localiser) -> None:
    words = ["pandas>=2", "uvicorn[standard]==1.0; python_version>'3'", "https://h/x-1.whl"]

    assert localiser.words(Request(words=words)) == words
    assert localiser.names == {"pandas", "uvicorn"}
    assert localiser.unnamed


@pytest.mark.parametrize(
    "request_",
    [
        Request(words=["dbfs:/none-1.0-py3-none-any.whl"]),
        Request(words=["./none-1.0-py3-none-any.whl"]),
        Request(files=["none.txt"]),
        Request(constraints=["/Volumes/none.txt"]),
        Request(editables=["/Workspace/none"]),
        Request(options=["--find-links=dbfs:/none"]),
    ],
)
def test_what_is_missing_is_named_as_it_was_written(
    localiser: Localiser, request_: Request
) -> None:
    with pytest.raises(MagicError, match=r"none\S* does not exist"):
        localiser.words(request_)


def test_requirements_files_are_rewritten_with_those_they_name(
    localiser: Localiser, tmp_path: Path
) -> None:
    wheel = touch(tmp_path / "dbfs/w/a-1.0-py3-none-any.whl")
    beside = touch(tmp_path / "volumes/c/s/v/b-1.0-py3-none-any.whl")
    touch(
        tmp_path / "volumes/c/s/v/all.txt",
        "# what we need\n"
        "-r more/base.txt  # ours\n"
        "-c limits.txt\n"
        "dbfs:/w/a-1.0-py3-none-any.whl ; python_version > '3'\n"
        "./b-1.0-py3-none-any.whl\n"
        "c @ dbfs:/w/a-1.0-py3-none-any.whl\n"
        "pandas>=2 \\\n"
        "    --hash=sha256:00\n"
        f"--index-url {INDEX}\n",
    )
    touch(tmp_path / "volumes/c/s/v/more/base.txt", "numpy\n-r ../all.txt\n")
    touch(tmp_path / "volumes/c/s/v/limits.txt", "scipy<2\n")

    option, copy = localiser.words(Request(files=["/Volumes/c/s/v/all.txt"]))

    lines = Path(copy).read_text().splitlines()
    nested, limits = lines[1].split()[1], lines[2].split()[1]
    assert option == "-r"
    assert lines[3:6] == [
        f"{wheel} ; python_version > '3'",
        str(beside),
        f"c @ {wheel.as_uri()}",
    ]
    assert lines[6:] == ["pandas>=2 \\", "    --hash=sha256:00", f"--index-url {INDEX}"]
    assert Path(nested).read_text() == f"numpy\n-r {copy}\n"
    assert Path(limits).read_text() == "scipy<2\n"
    assert localiser.names == {"a", "b", "c", "pandas", "numpy"}  # no constraint is asked for


def test_messages_name_what_the_user_wrote(localiser: Localiser, tmp_path: Path) -> None:
    there = touch(tmp_path / "dbfs/w/a-1.0-py3-none-any.whl")
    localiser.words(Request(words=["dbfs:/w/a-1.0-py3-none-any.whl"]))

    said = localiser.plainly(f"cannot read {there.as_uri()} ({there})")

    assert said == "cannot read dbfs:/w/a-1.0-py3-none-any.whl (dbfs:/w/a-1.0-py3-none-any.whl)"
