from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.files.paths import inside, locate, printable, split

NAMES = st.sampled_from(["a", "..", ".", "", "out", "loop", "in", "ü", "a\0b", "\ud800", "x" * 300])


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A root with symbolic links that lead out, in, and round in circles."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        Path(folder, "outside").mkdir()
        Path(folder, "outside", "secret").write_text("secret")
        (root / "a" / "b").mkdir(parents=True)
        (root / "out").symlink_to("../outside")
        (root / "in").symlink_to("a")
        (root / "loop").symlink_to("loop")
        yield root


@given(
    st.one_of(st.text(max_size=60), st.lists(NAMES, max_size=6).map(lambda n: "/" + "/".join(n)))
)
@example("/out/secret")
@example("/a/../../outside/secret")
@example("/a/b/../../../outside")
@example("//a//./b/")
def test_no_path_leaves_the_root(root: Path, path: str) -> None:
    try:
        place = locate(root, split(path))
    except ApiError:
        return
    real, real_root = os.path.realpath(place), os.path.realpath(root)
    assert real == real_root or real.startswith(real_root + "/")
    assert ".." not in place.parts


@given(
    st.lists(st.text(min_size=1, max_size=8).filter(lambda n: not set(n) & set("/\0")), max_size=5)
)
def test_names_of_one_segment_stay_as_they_are(names: list[str]) -> None:
    try:
        found = split("/" + "/".join(names))
    except ApiError:
        assert ".." in names or any(not _encodable(name) for name in names)
        return
    assert found == [name for name in names if name != "."]


def _encodable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a/b", "Path must be absolute: a/b"),
        ("", "Path must be absolute: "),
        ("/a/../b", "The path may not contain '..': /a/../b"),
        ("/" + "ü" * 128, "A name in the path is longer than 255 bytes"),
        ("/a\0b", "The path holds a name that no file can have: /a\\0b"),
        ("/\ud800", "The path is not valid Unicode: /\\ud800"),
    ],
)
def test_refusals_name_the_path(path: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        split(path)
    assert caught.value.message.startswith(message)
    assert (caught.value.status, caught.value.code) == (400, "INVALID_PARAMETER_VALUE")


def test_a_link_that_leads_out_is_refused_and_one_that_stays_is_followed(root: Path) -> None:
    with pytest.raises(ApiError) as caught:
        locate(root, ["out", "secret"])
    assert (caught.value.status, caught.value.code) == (403, "PERMISSION_DENIED")
    assert locate(root, ["in", "b"]).is_dir()


def test_a_path_too_long_for_the_disk_is_refused(root: Path) -> None:
    with pytest.raises(ApiError, match="too long"):
        locate(root, ["x" * 200] * 30)


def test_a_sibling_whose_name_begins_alike_is_not_inside(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "rooted").mkdir()
    assert not inside(tmp_path / "root", tmp_path / "rooted")
    assert inside(tmp_path / "root", tmp_path / "root")


def test_a_name_that_is_not_utf8_can_still_be_shown() -> None:
    assert printable(os.fsdecode(b"caf\xe9")) == "caf\N{REPLACEMENT CHARACTER}"
