from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.delivery.errors import ProjectError
from brickyard.delivery.project import find_project, read_project
from brickyard.errors import BrickyardError


def edit(folder: Path, old: str, new: str) -> Path:
    file = folder / "brickyard.toml"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    return file


def test_a_right_project_is_read(project_folder: Path) -> None:
    project = read_project(project_folder / "brickyard.toml")
    assert project.name == "tiny"
    assert project.packages["alpha"].path == project_folder / "alpha"
    assert project.notebooks == project_folder / "notebooks"
    assert project.job("train").template == project_folder / "jobs" / "train.json"
    assert project.target(None).cluster_name == "shared"
    assert project.target(None).is_local
    assert project.checks.lint == (project_folder / "alpha",)
    assert project.checks.tests == ()
    assert project.demo is None


def test_shared_variables_reach_each_target_under_its_own(project_folder: Path) -> None:
    file = edit(
        project_folder,
        "[targets.local]",
        '[vars]\nschema = "a"\nrounds = 3\n\n[targets.prod.vars]\nschema = "b"\n\n[targets.local]',
    )
    project = read_project(file)
    assert project.target("local").vars == {"schema": "a", "rounds": 3}
    assert project.target("prod").vars == {"schema": "b", "rounds": 3}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('name = "tiny"', "nme = 1", 2, "Unknown key 'project.nme'. Did you mean 'name'?"),
        ('name = "tiny"', "", 1, "'project.name' is missing."),
        ('name = "tiny"', "name = 3", 2, "'project.name' is 3, expected a string."),
        ('name = "tiny"', 'name = "a b"', 2, "The name 'a b' is not allowed."),
        ("[notebooks]", "[notbooks]", 7, "Unknown key 'notbooks'. Did you mean 'notebooks'?"),
        ('path = "alpha"', 'path = "alpa"', 5, "'packages.alpha.path' names 'alpa': no such"),
        ('path = "alpha"', 'path = "jobs"', 5, "has no pyproject.toml"),
        ("jobs/train.json", "jobs/tain.json", 11, "no such file. Did you mean 'train.json'?"),
        ('cluster_name = "shared"', "cluster_name = 1", 14, "expected a string"),
        (
            'cluster_name = "shared"',
            'cluster_name = "a"\nexisting_cluster_id = "b"',
            14,
            "names its compute twice: existing_cluster_id and cluster_name",
        ),
        ('cluster_name = "shared"', 'root = "/Users/me"', 14, "must begin with '/Workspace/'"),
        (
            'cluster_name = "shared"',
            'cluster = { cluster_name = "x", spark_verson = "15" }',
            14,
            "Unknown field 'spark_verson' at the top level (ClusterSpec has none).",
        ),
        (
            'cluster_name = "shared"',
            '[targets.local.cluster]\ncluster_name = "x"\nnum_workers = "2"',
            16,
            "num_workers is a JSON string, expected integer",
        ),
        (
            'cluster_name = "shared"',
            '[targets.local.cluster]\nspark_version = "x"',
            14,
            "'targets.local.cluster.cluster_name' is missing",
        ),
        ('cluster_name = "shared"', 'vars = { a = ["b"] }', 14, "Variable 'a' is ['b']"),
        (
            "[targets.local]",
            '[ci]\ntests = ["tests"]\n[targets.local]',
            14,
            "'ci.tests' names 'tests': no such file or folder",
        ),
        (
            "[targets.local]",
            '[demo]\ntrain = "tain"\nscore = "train"\n[targets.local]',
            14,
            "'demo.train' names no job: 'tain'. Did you mean 'train'?",
        ),
    ],
)
def test_each_mistake_is_named_with_its_line(
    project_folder: Path, old: str, new: str, line: int, said: str
) -> None:
    file = edit(project_folder, old, new)
    with pytest.raises(ProjectError) as caught:
        read_project(file)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[project\nname = 1\n", 1),
        ('[project]\nname = "x', 2),
        ("[project]\nname = \n\n", 2),
        ("a = 1\na = 2\n", 2),
    ],
)
def test_broken_toml_is_one_line_with_its_place(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "brickyard.toml"
    file.write_text(text)
    with pytest.raises(ProjectError) as caught:
        read_project(file)
    assert str(caught.value).startswith(f"{file}:{line}: Not valid TOML: ")
    assert "\n" not in str(caught.value)


def test_toml_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "brickyard.toml"
    file.write_bytes(b"\xff\xfe[project]")
    with pytest.raises(ProjectError, match="not UTF-8"):
        read_project(file)


def test_the_nearest_project_file_counts(project_folder: Path) -> None:
    assert find_project(project_folder / "alpha" / "src") == project_folder / "brickyard.toml"
    with pytest.raises(BrickyardError, match="nor in any folder above"):
        find_project(project_folder.parent)


def test_unknown_target_and_job_suggest_the_near_one(project_folder: Path) -> None:
    project = read_project(project_folder / "brickyard.toml")
    with pytest.raises(BrickyardError, match=r"no target 'locl'. Did you mean 'local'"):
        project.target("locl")
    with pytest.raises(BrickyardError, match=r"no job 'trian'. Did you mean 'train'"):
        project.job("trian")


def test_without_local_several_targets_must_be_told_apart(project_folder: Path) -> None:
    file = edit(project_folder, "[targets.local]", "[targets.dev]\n[targets.prod]")
    with pytest.raises(BrickyardError, match="several targets: dev, prod"):
        read_project(file).target(None)
