"""One spelling for each path, and none that leads elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.notebooks.paths import canonical, locate, object_id, parent_of

PARTS = st.sampled_from(["a", "b c", "Workspace", "Users", "..", ".", "", "é", ".brickyard", "\0"])


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", "/"),
        ("/Workspace", "/"),
        ("/Workspace/", "/"),
        ("/Workspace/Users/me", "/Users/me"),
        ("//Users///me/", "/Users/me"),
        ("/Users/Workspace", "/Users/Workspace"),
        ("/Workspaces/x", "/Workspaces/x"),
        ("/Users/.brickyard", "/Users/.brickyard"),
        ("/Users/a..b", "/Users/a..b"),
    ],
)
def test_canonical(path: str, name: str) -> None:
    assert canonical(path) == name


@given(st.lists(PARTS, max_size=6).map(lambda parts: "/" + "/".join(parts)))
def test_a_canonical_path_stays_and_lies_inside(path: str) -> None:
    root = Path("/nowhere/at/all")
    parts = [part for part in path.split("/") if part]
    while parts[:1] == ["Workspace"]:
        del parts[0]
    if {"..", ".", "\0"} & set(parts) or parts[:1] == [".brickyard"]:
        with pytest.raises(ApiError, match=r"must not have|is reserved"):
            canonical(path)
        return
    name = canonical(path)
    assert name == "/" + "/".join(parts)
    assert canonical(name) == name
    assert canonical(f"/Workspace{name}") == name
    assert locate(root, path) == root / name.lstrip("/")


def test_paths_as_long_as_linux_allows() -> None:
    assert canonical("/" + "x" * 255) == "/" + "x" * 255
    with pytest.raises(ApiError, match="256 bytes; at most 255"):
        canonical("/" + "é" * 128)
    with pytest.raises(ApiError, match="at most 2048"):
        canonical("/" + "/".join(["x" * 200] * 11))


def test_parents_and_ids() -> None:
    assert [parent_of(name) for name in ("/a/b", "/a", "/")] == ["/a", "/", "/"]
    # Stable across releases: clients keep ids.
    assert object_id("/Users/me/train") == 57975742014616
    assert object_id("/Users/me/train") != object_id("/Users/me/score")
