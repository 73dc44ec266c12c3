"""The tree of notebooks: what a run reads, and that nothing leads out of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from brickyard.notebook import JUPYTER_HEADS, Cell, Notebook
from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.home import Home
from brickyard.workspace.notebooks import NotebookFiles, NotebookUnavailableError
from brickyard.workspace.notebooks.imports import Import

HEADER = b"# Databricks notebook source\n"


@pytest.fixture
def files(home: Home) -> NotebookFiles:
    return NotebookFiles(home)


def write(files: NotebookFiles, path: str, content: bytes = HEADER + b"x = 1\n") -> None:
    kind = "NOTEBOOK" if content.startswith(HEADER) else "FILE"
    files.write(Import(path, content, kind), overwrite=False)


def test_read_notebook(files: NotebookFiles, home: Home) -> None:
    write(files, "/Shared/train")
    for path in ("/Shared/train", "/Workspace/Shared//train/"):
        notebook, file = files.read_notebook(path)
        assert notebook == Notebook("python", (Cell(0, "python", "x = 1"),))
        assert file == home.workspace / "Shared/train"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/Shared/trian", "it does not exist. Did you mean '/Shared/train'"),
        ("/Shared/none/x", "it does not exist."),
        ("/Shared", "it is a directory"),
        ("/Shared/text", "it is a file, not a notebook. A notebook's first line"),
        ("/Shared/text/x", "it does not exist"),
        ("/Shared/binary", "it is a file, not a notebook"),
        ("/Shared/jupyter", "there is a plain file jupyter.ipynb"),
        ("/Shared/damaged", "is no JSON"),
        ("train", "must be absolute"),
        ("/Shared/../../token", "must not have '..'"),
        ("/Shared/\ud800", "not Unicode"),
    ],
)
def test_what_is_no_notebook_says_why(files: NotebookFiles, path: str, message: str) -> None:
    write(files, "/Shared/train")
    write(files, "/Shared/text", b"hello")
    write(files, "/Shared/binary", b"\xff\xfe\x00")
    write(files, "/Shared/jupyter.ipynb", b"{}")
    write(files, "/Shared/damaged", JUPYTER_HEADS["python"].encode())
    with pytest.raises(NotebookUnavailableError) as caught:
        files.read_notebook(path)
    assert message in str(caught.value)


def test_links_may_not_lead_out(files: NotebookFiles, home: Home, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(HEADER)
    shared = home.workspace / "Shared"
    (shared / "out").symlink_to(outside)
    (shared / "leaf").symlink_to(outside / "secret")
    (shared / "loop").symlink_to(shared / "loop")
    for path in ("/Shared/out/secret", "/Shared/leaf", "/Shared/loop"):
        with pytest.raises(NotebookUnavailableError):
            files.read_notebook(path)
        with pytest.raises(ApiError):
            files.status(path)
        with pytest.raises(ApiError):
            write(files, path)
    with pytest.raises(ApiError, match="leads out of the workspace"):
        files.make_directories("/Shared/out/new")
    with pytest.raises(ApiError, match="leads out of the workspace"):
        files.delete("/Shared/out/secret", recursive=True)
    assert files.children("/Shared") == []
    # A link itself can go, and its target stays.
    files.delete("/Shared/out", recursive=True)
    files.delete("/Shared/leaf", recursive=False)
    assert (outside / "secret").read_bytes() == HEADER
    assert sorted(each.name for each in shared.iterdir()) == ["loop"]


def test_links_within_the_workspace_are_followed(files: NotebookFiles, home: Home) -> None:
    write(files, "/Shared/real")
    (home.workspace / "Shared/link").symlink_to(home.workspace / "Shared/real")
    assert files.status("/Shared/link")["object_type"] == "NOTEBOOK"
    assert files.read_notebook("/Shared/link")[1] == home.workspace / "Shared/real"


def test_home_may_itself_lie_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    files = NotebookFiles(Home(tmp_path / "link"))
    files.make_directories("/Shared")
    write(files, "/Shared/n")
    assert files.read_notebook("/Shared/n")[0].language == "python"


def test_what_a_process_leaves_behind_is_shown_or_passed_over(
    files: NotebookFiles, home: Home
) -> None:
    shared = home.workspace / "Shared"
    (shared / "results.csv").write_text("a,b\n")
    (shared / "broken").symlink_to(shared / "nowhere")
    os.mkfifo(shared / "pipe")
    (shared / os.fsdecode(b"\xff")).write_text("a name that is not UTF-8")
    assert [(each["path"], each["object_type"]) for each in files.children("/Shared")] == [
        ("/Shared/results.csv", "FILE")
    ]
    with pytest.raises(ApiError, match="doesn't exist"):
        files.status("/Shared/pipe")


def test_a_write_that_fails_leaves_nothing_and_the_old_stays(
    files: NotebookFiles, home: Home
) -> None:
    write(files, "/Shared/n")
    with pytest.raises(ApiError, match="already exists"):
        write(files, "/Shared/n", HEADER + b"other")
    assert (home.workspace / "Shared/n").read_bytes() == HEADER + b"x = 1\n"
    assert list((home.workspace / ".brickyard").iterdir()) == []


def test_half_written_files_of_a_killed_process_are_swept(home: Home) -> None:
    with NotebookFiles(home).aside() as file:
        file.write_bytes(b"half")
        NotebookFiles(home)
        assert not file.exists()
    assert NotebookFiles(home).children("/") == [
        NotebookFiles(home).status("/Shared"),
        NotebookFiles(home).status("/Users"),
    ]
