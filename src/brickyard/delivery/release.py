"""Releases: immutable folders of wheels and notebooks in the workspace, named by their content.

A release is complete when its manifest ``release.json`` is there, for that is written last; an
upload that was killed leaves none and is done again. Nothing here deletes or overwrites a complete
release, so jobs and runs that name an older one keep what they were given (design D10).
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import posixpath
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from brickyard.delivery.notebooks import NotebookFile
from brickyard.delivery.wheels import Wheel

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_DIGITS = 10
_PARALLEL = 4
MANIFEST = "release.json"


@dataclass(frozen=True)
class Release:
    """Where one release lies, or will lie.

    Attributes:
        id: As ``r-0123456789``; the same content has the same id.
        path: Its folder, as ``/Workspace/…/releases/<id>``.
        wheels: What it holds, by package name.
        notebooks: What it holds.
    """

    id: str
    path: str
    wheels: Mapping[str, Wheel]
    notebooks: tuple[NotebookFile, ...]

    def wheel_path(self, package: str) -> str:
        """A wheel's file in the workspace, as ``%pip install`` takes it."""
        return f"{self.path}/wheels/{self.wheels[package].path.name}"

    @property
    def notebooks_path(self) -> str:
        """The folder of notebooks in the workspace."""
        return f"{self.path}/notebooks"


def release_id(
    wheels: Iterable[Wheel], notebooks: Iterable[NotebookFile], settings: Mapping[str, Any]
) -> str:
    """The name that follows from a release's content.

    Args:
        wheels: Built wheels; file names suffice, for their versions carry their content.
        notebooks: Files; their contents count.
        settings: The jobs' settings by name, rendered with a fixed stand-in for the release.
    """
    total = hashlib.sha256()
    for name in sorted(wheel.path.name for wheel in wheels):
        total.update(f"wheel {name}\n".encode())
    for notebook in sorted(notebooks, key=lambda notebook: notebook.path):
        content = hashlib.sha256(notebook.file.read_bytes()).hexdigest()
        total.update(f"notebook {notebook.path} {notebook.language} {content}\n".encode())
    total.update(json.dumps(settings, sort_keys=True).encode())
    return f"r-{total.hexdigest()[:_DIGITS]}"


def upload_release(
    client: WorkspaceClient,
    release: Release,
    settings: Mapping[str, Any],
    told: Callable[[str], None] = lambda _: None,
) -> bool:
    """Bring a release into the workspace unless it is there and complete.

    Args:
        client: The workspace.
        release: What to bring.
        settings: The jobs' settings by name; kept in the manifest.
        told: Called with each path uploaded.

    Returns:
        Whether anything was uploaded.
    """
    if is_complete(client, release.path):
        return False
    wheels = [
        partial(_upload_file, client, release.wheel_path(name), wheel.path.read_bytes())
        for name, wheel in release.wheels.items()
    ]
    notebooks = [
        partial(_import, client, release.notebooks_path, notebook) for notebook in release.notebooks
    ]
    with ThreadPoolExecutor(_PARALLEL) as pool:
        # Importing needs the folder; mkdirs makes all of a path.
        list(pool.map(client.workspace.mkdirs, _folders(release)))
        for path in pool.map(lambda upload: upload(), (*wheels, *notebooks)):
            told(path)
    manifest = json.dumps(_manifest(release, settings), indent=2, sort_keys=True)
    _upload_file(client, f"{release.path}/{MANIFEST}", manifest.encode())
    return True


def is_complete(client: WorkspaceClient, path: str) -> bool:
    """Whether a release's folder holds its manifest."""
    from databricks.sdk.errors import NotFound

    try:
        client.workspace.get_status(f"{path}/{MANIFEST}")
    except NotFound:
        return False
    return True


def _upload_file(client: WorkspaceClient, path: str, content: bytes) -> str:
    from databricks.sdk.service.workspace import ImportFormat

    # AUTO makes a workspace file of whatever has no notebook header; SOURCE would take a wheel for
    # a zip of notebooks.
    client.workspace.upload(path, io.BytesIO(content), format=ImportFormat.AUTO, overwrite=True)
    return path


def _import(client: WorkspaceClient, folder: str, notebook: NotebookFile) -> str:
    from databricks.sdk.service.workspace import ImportFormat, Language

    path = f"{folder}/{notebook.path}"
    content = notebook.file.read_bytes()
    if notebook.language is None:
        return _upload_file(client, path, content)
    jupyter = notebook.language == "jupyter"
    client.workspace.import_(
        path,
        content=base64.b64encode(content).decode(),
        format=ImportFormat.JUPYTER if jupyter else ImportFormat.SOURCE,
        language=None if jupyter else Language(notebook.language.upper()),
        overwrite=True,
    )
    return path


def _folders(release: Release) -> list[str]:
    folders = {release.path}
    folders |= {f"{release.path}/wheels"} if release.wheels else set()
    for notebook in release.notebooks:
        folders.add(posixpath.dirname(f"{release.notebooks_path}/{notebook.path}"))
    return sorted(f for f in folders if not any(g.startswith(f"{f}/") for g in folders))


def _manifest(release: Release, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": release.id,
        "wheels": {
            name: {"file": wheel.path.name, "version": wheel.version}
            for name, wheel in release.wheels.items()
        },
        "notebooks": [notebook.path for notebook in release.notebooks],
        "jobs": dict(settings),
    }
