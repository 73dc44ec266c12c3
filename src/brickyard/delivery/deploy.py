"""One delivery from beginning to end: build, validate, release, switch the jobs over."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from brickyard.delivery.compute import find_cluster
from brickyard.delivery.errors import TemplateError
from brickyard.delivery.jobs import find_jobs, sync_job, tagged
from brickyard.delivery.jsontext import JsonText
from brickyard.delivery.notebooks import NotebookFile, check_notebook, find_notebooks
from brickyard.delivery.outcome import Delivery, Item
from brickyard.delivery.project import Job, Project, Target, Value
from brickyard.delivery.release import Release, release_id, upload_release
from brickyard.delivery.templates import render_job
from brickyard.delivery.wheels import Wheel, build_wheels
from brickyard.errors import did_you_mean

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

Told = Callable[[str], None]
Settings = dict[str, dict[str, Any]]

# What stands for the release while its id, which depends on everything else, is not yet known.
_UNKNOWN = Release("release", "/Workspace/release", {}, ())
_NOTEBOOK = re.compile(r"\$\{\s*release\.notebooks\s*\}/(.+)")


@dataclass(frozen=True)
class Built:
    """A project's content, ready to be released.

    Attributes:
        wheels: By package name.
        notebooks: All files below the notebooks folder.
    """

    wheels: Mapping[str, Wheel]
    notebooks: tuple[NotebookFile, ...]


def build(project: Project, told: Told = lambda _: None) -> Built:
    """Build the wheels and check notebooks and their names; needs no workspace.

    Raises:
        BuildError: A package does not build.
        ProjectError: A notebook does not parse.
    """
    notebooks = tuple(find_notebooks(project.notebooks)) if project.notebooks else ()
    for notebook in notebooks:
        for fault in check_notebook(notebook):
            raise fault

    def ready(wheel: Wheel) -> None:
        told(f"wheel {wheel.package} {wheel.version}{'' if wheel.built else ' (unchanged)'}")

    wheels = build_wheels(project.packages.values(), project.scratch / "wheels", ready)
    return Built(wheels, notebooks)


def validate(project: Project, target: Target, built: Built) -> Settings:
    """Render every job template as for a target, with stand-ins for what only a workspace knows.

    Returns:
        Job name to settings.

    Raises:
        TemplateError: A template is at fault, or names a notebook that is not there.
    """
    for job in project.jobs.values():
        _check_notebook_names(job, built.notebooks)
    stand_in = Release(_UNKNOWN.id, _UNKNOWN.path, built.wheels, built.notebooks)
    return _render(project, target, stand_in, "cluster" if target.has_compute else None, "user")


def deploy(
    client: WorkspaceClient, project: Project, target: Target, told: Told = lambda _: None
) -> Delivery:
    """Deliver a project to a target.

    Nothing is written to the workspace before everything has been built and validated, and jobs
    are switched over only when the release is complete: a delivery that fails or is killed leaves
    the jobs on their old release, and doing it again continues.

    Args:
        client: The target's workspace.
        project: What to deliver.
        target: Where to.
        told: Called with one line as each step is done.

    Raises:
        BrickyardError: Something is wrong with the project or with the workspace's state.
        DatabricksError: The workspace refuses a call.
    """
    with ThreadPoolExecutor(3) as pool:
        asked_user = pool.submit(client.current_user.me)
        asked_jobs = pool.submit(find_jobs, client, project.name, target.name)
        built = build(project, told)
        validate(project, target, built)
        user = str(asked_user.result().user_name)
        known = asked_jobs.result()
        cluster_id, cluster_new = find_cluster(client, target)
    release = _release(project, target, built, cluster_id, user)
    settings = _render(project, target, release, cluster_id, user)
    uploaded = upload_release(client, release, settings, lambda path: told(f"uploaded {path}"))
    items = [
        Item("wheel", wheel.package, "created" if wheel.built else "unchanged", wheel.version)
        for wheel in release.wheels.values()
    ]
    if cluster_id is not None:
        items.append(
            Item("cluster", target.name, "created" if cluster_new else "unchanged", cluster_id)
        )
    items.append(Item("release", release.id, "created" if uploaded else "unchanged", release.path))
    for name, wanted in settings.items():
        item = sync_job(client, name, known.get(name), wanted)
        told(f"job {name} {item.action}")
        items.append(item)
    return Delivery(project.name, target.name, client.config.host, release.id, tuple(items))


def _release(
    project: Project, target: Target, built: Built, cluster_id: str | None, user: str
) -> Release:
    stand_in = Release(_UNKNOWN.id, _UNKNOWN.path, built.wheels, built.notebooks)
    settings = _render(project, target, stand_in, cluster_id, user)
    name = release_id(built.wheels.values(), built.notebooks, settings)
    root = target.root or f"/Workspace/Users/{user}/.brickyard/{project.name}/{target.name}"
    return Release(name, f"{root}/releases/{name}", built.wheels, built.notebooks)


def _render(
    project: Project, target: Target, release: Release, cluster_id: str | None, user: str
) -> Settings:
    values: dict[str, Value] = {
        "project.name": project.name,
        "target.name": target.name,
        "user.name": user,
        "release.id": release.id,
        "release.path": release.path,
        "release.notebooks": release.notebooks_path,
        **{f"wheels.{name}": release.wheel_path(name) for name in release.wheels},
        **{f"var.{name}": value for name, value in target.vars.items()},
    }
    if cluster_id is not None:
        values["cluster_id"] = cluster_id
    return {
        job.name: tagged(render_job(job.template, values), project.name, target.name, job.name)
        for job in project.jobs.values()
    }


def _check_notebook_names(job: Job, notebooks: tuple[NotebookFile, ...]) -> None:
    text = JsonText.read(job.template)
    known = {notebook.path for notebook in notebooks if notebook.language}
    for path, value in _strings(text.value):
        named = _NOTEBOOK.fullmatch(value) if path.endswith("notebook_path") else None
        if named and str(PurePosixPath(named[1])) not in known:
            raise TemplateError(
                job.template,
                f"No notebook {named[1]!r} in the project's notebooks folder.",
                line=text.line(path),
                remedy=did_you_mean(named[1], known),
            )


def _strings(value: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(path, value)]
    if isinstance(value, dict):
        return [
            found
            for key, inner in value.items()
            for found in _strings(inner, f"{path}.{key}" if path else key)
        ]
    if isinstance(value, list):
        return [
            found
            for index, inner in enumerate(value)
            for found in _strings(inner, f"{path}[{index}]")
        ]
    return []
