"""Delivery to a real local workspace, through the official client."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.jobs import JobSettings
from databricks.sdk.service.workspace import ImportFormat, Language, ObjectType

from brickyard.delivery.deploy import deploy
from brickyard.delivery.errors import BuildError, DeployError, ProjectError, TemplateError
from brickyard.delivery.outcome import Delivery
from brickyard.delivery.project import Project, read_project


def read(folder: Path) -> Project:
    return read_project(folder / "brickyard.toml")


def delivered(client: WorkspaceClient, folder: Path) -> Delivery:
    project = read(folder)
    return deploy(client, project, project.target("local"))


def actions(delivery: Delivery) -> dict[str, str]:
    return {item.kind: item.action for item in delivery.items}


def job_id(delivery: Delivery) -> int:
    return next(int(item.ref) for item in delivery.items if item.kind == "job")


def release_path(delivery: Delivery) -> str:
    return next(item.ref for item in delivery.items if item.kind == "release")


def our_jobs(client: WorkspaceClient, project: str) -> list[int]:
    return [
        job.job_id or 0
        for job in client.jobs.list()
        if job.settings and (job.settings.tags or {}).get("brickyard_project") == project
    ]


def test_the_first_delivery_makes_everything_the_second_nothing(
    client: WorkspaceClient, deployable: Path
) -> None:
    first = delivered(client, deployable)
    assert actions(first)["job"] == actions(first)["release"] == "created"
    second = delivered(client, deployable)
    assert set(actions(second).values()) == {"unchanged"}
    assert not second.changed
    assert (second.release, job_id(second)) == (first.release, job_id(first))
    assert our_jobs(client, read(deployable).name) == [job_id(first)]


def test_the_release_holds_wheels_notebooks_and_manifest(
    client: WorkspaceClient, deployable: Path
) -> None:
    delivery = delivered(client, deployable)
    path = release_path(delivery)
    wheel = next(item for item in delivery.items if item.kind == "wheel")
    file = f"{path}/wheels/alpha-{wheel.ref}-py3-none-any.whl"
    local = next((deployable / ".brickyard" / "wheels").glob("alpha-*/*.whl"))
    assert client.workspace.download(file).read() == local.read_bytes()
    notebook = client.workspace.get_status(f"{path}/notebooks/train")
    assert (notebook.object_type, notebook.language) == (ObjectType.NOTEBOOK, Language.PYTHON)
    manifest = json.loads(client.workspace.download(f"{path}/release.json").read())
    assert manifest["id"] == delivery.release == path.rpartition("/")[2]
    assert manifest["wheels"]["alpha"]["version"] == wheel.ref
    task = manifest["jobs"]["train"]["tasks"][0]
    assert task["notebook_task"]["base_parameters"]["wheel"] == file


def test_a_changed_package_becomes_a_new_release_and_the_old_one_stays(
    client: WorkspaceClient, deployable: Path
) -> None:
    first = delivered(client, deployable)
    (deployable / "alpha" / "src" / "alpha" / "__init__.py").write_text('NAME = "new"\n')
    second = delivered(client, deployable)
    assert second.release != first.release
    (job,) = (item for item in second.items if item.kind == "job")
    assert job.action == "updated"
    assert [change.path for change in job.changes] == [
        "tasks[train].notebook_task.base_parameters.wheel",
        "tasks[train].notebook_task.notebook_path",
    ]
    assert int(job.ref) == job_id(first)
    assert client.workspace.get_status(f"{release_path(first)}/release.json").path


def test_going_back_to_old_sources_goes_back_to_the_old_release(
    client: WorkspaceClient, deployable: Path
) -> None:
    notebook = deployable / "notebooks" / "train.py"
    text = notebook.read_text()
    first = delivered(client, deployable)
    notebook.write_text(text + "\n# more\n")
    assert delivered(client, deployable).release != first.release
    notebook.write_text(text)
    third = delivered(client, deployable)
    assert third.release == first.release
    assert actions(third)["release"] == "unchanged"
    assert actions(third)["job"] == "updated"


def test_an_upload_that_was_killed_is_done_again(client: WorkspaceClient, deployable: Path) -> None:
    first = delivered(client, deployable)
    path = release_path(first)
    # What a kill between the first upload and the manifest leaves: some files, one of them cut.
    client.workspace.delete(f"{path}/release.json")
    client.workspace.delete(f"{path}/notebooks/train")
    wheel = next(item for item in first.items if item.kind == "wheel")
    file = f"{path}/wheels/alpha-{wheel.ref}-py3-none-any.whl"
    client.workspace.upload(file, io.BytesIO(b"PK"), format=ImportFormat.AUTO, overwrite=True)
    second = delivered(client, deployable)
    assert second.release == first.release
    assert actions(second)["release"] == "created"
    assert client.workspace.download(file).read().startswith(b"PK\x03\x04")
    assert client.workspace.get_status(f"{path}/notebooks/train").path


def test_a_change_by_hand_is_shown_and_undone(client: WorkspaceClient, deployable: Path) -> None:
    first = delivered(client, deployable)
    client.jobs.update(
        job_id(first), new_settings=JobSettings(name="renamed by hand", max_concurrent_runs=7)
    )
    second = delivered(client, deployable)
    (job,) = (item for item in second.items if item.kind == "job")
    assert [(change.path, change.old) for change in job.changes] == [
        ("max_concurrent_runs", 7),
        ("name", "renamed by hand"),
    ]
    assert not delivered(client, deployable).changed


def test_a_deleted_job_is_made_again(client: WorkspaceClient, deployable: Path) -> None:
    first = delivered(client, deployable)
    client.jobs.delete(job_id(first))
    second = delivered(client, deployable)
    assert actions(second)["job"] == "created"
    assert our_jobs(client, read(deployable).name) == [job_id(second)]


def test_two_jobs_of_the_same_tags_are_an_error(client: WorkspaceClient, deployable: Path) -> None:
    first = delivered(client, deployable)
    tags = {"brickyard_project": read(deployable).name, "brickyard_target": "local"}
    twin = client.jobs.create(name="twin", tags={**tags, "brickyard_job": "train"})
    with pytest.raises(DeployError, match=rf"Jobs {job_id(first)} and {twin.job_id} both carry"):
        delivered(client, deployable)


def test_nothing_is_written_when_something_is_wrong(
    client: WorkspaceClient, deployable: Path
) -> None:
    project = read(deployable)
    template = deployable / "jobs" / "train.json"
    right = template.read_text()
    user = client.current_user.me().user_name

    template.write_text(right.replace("notebook_path", "notebok_path"))
    with pytest.raises(TemplateError, match="Did you mean 'notebook_path'"):
        delivered(client, deployable)
    template.write_text(right.replace("/train", "/trian"))
    with pytest.raises(TemplateError, match=r"No notebook 'trian' .* Did you mean 'train'"):
        delivered(client, deployable)
    template.write_text(right)
    (deployable / "notebooks" / "train.py").write_text("# Databricks notebook source\nif:\n")
    with pytest.raises(ProjectError, match="no valid Python"):
        delivered(client, deployable)
    (deployable / "notebooks" / "train.py").write_text("# Databricks notebook source\n")
    (deployable / "alpha" / "backend.py").write_text("(")
    with pytest.raises(BuildError, match="does not build"):
        delivered(client, deployable)

    assert our_jobs(client, project.name) == []
    with pytest.raises(NotFound):
        client.workspace.get_status(f"/Workspace/Users/{user}/.brickyard/{project.name}")


def test_a_cluster_that_is_not_there_is_named(client: WorkspaceClient, deployable: Path) -> None:
    delivered(client, deployable)
    file = deployable / "brickyard.toml"
    head = file.read_text().partition("[targets.local.cluster]")[0]
    file.write_text(head + '[targets.local]\ncluster_name = "shard"\n')
    with pytest.raises(DeployError, match=r"no cluster is named 'shard'. Did you mean 'shared'"):
        delivered(client, deployable)
    file.write_text(head + '[targets.local]\nexisting_cluster_id = "nope"\n')
    with pytest.raises(DeployError, match="cluster 'nope' does not exist"):
        delivered(client, deployable)
