from __future__ import annotations

import pytest

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.files.roots import Roots
from brickyard.workspace.home import Home

INTERNAL = "/WorkspaceInternal/Mlflow/Artifacts"


@pytest.mark.parametrize(
    ("path", "below", "spare"),
    [
        ("/Volumes/main/default/data/x/y.csv", "volumes/main/default/data/x/y.csv", 2),
        ("/Volumes/main/default/data/", "volumes/main/default/data", 0),
        ("/Volumes/main", "volumes/main", -2),
        ("/Models/main/default/m/3/MLmodel", "models/main/default/m/3/MLmodel", 1),
        (f"{INTERNAL}/7/Runs/r1/artifacts/a", "artifacts/7/r1/artifacts/a", 2),
        (f"{INTERNAL}/7/Runs/r1", "artifacts/7/r1", 0),
        (
            f"{INTERNAL}/7/LoggedModels/m-1/artifacts/MLmodel",
            "artifacts/7/models/m-1/artifacts/MLmodel",
            2,
        ),
        (f"{INTERNAL}/7/Traces/tr-1/artifacts/t", "artifacts/7/traces/tr-1/artifacts/t", 2),
    ],
)
def test_each_root_has_its_folder(home: Home, path: str, below: str, spare: int) -> None:
    place = Roots(home).find(path)
    assert place.disk == home.root / below
    assert place.shown == path.rstrip("/")
    assert place.spare == spare


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/", "it must start with /Volumes/<catalog>/<schema>/<volume>"),
        ("/Workspace/x", "it must start with /Volumes/<catalog>/<schema>/<volume>"),
        ("/Volumes/../secrets", "may not contain '..'"),
        (f"{INTERNAL}/7", "…/<experiment>/Runs/<run>"),
        (f"{INTERNAL}/7/Walks/r1", "'Walks' is none of 'Runs'"),
    ],
)
def test_other_paths_are_refused(home: Home, path: str, message: str) -> None:
    with pytest.raises(ApiError) as caught:
        Roots(home).find(path)
    assert caught.value.status == 400
    assert message in caught.value.message


@pytest.mark.parametrize("path", ["/Volumes/a/b/c", "/Volumes/a", "/Models/a/b/c/1"])
def test_a_container_is_no_file(home: Home, path: str) -> None:
    with pytest.raises(ApiError, match="names no file"):
        Roots(home).inner(path)
