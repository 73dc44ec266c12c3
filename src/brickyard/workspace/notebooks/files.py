"""Notebooks and files as they lie under the home folder.

A notebook is a file with a notebook's head (``stored.py``); type, language, size, times and id of
an object are read off the file, so nothing can disagree with it, and a process that writes under
``/Workspace`` makes objects that the API shows. ``created_at`` equals ``modified_at``, for a file
system keeps no older time across a rename. A file that was imported RAW shows as a notebook when it
starts with the header, for there is nothing else to tell the two apart by.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from brickyard.errors import BrickyardError, did_you_mean
from brickyard.notebook import HEADERS, Notebook, NotebookFormatError
from brickyard.workspace.api.errors import ApiError, missing
from brickyard.workspace.home import Home
from brickyard.workspace.notebooks import stored
from brickyard.workspace.notebooks.imports import Import
from brickyard.workspace.notebooks.paths import ASIDE, canonical, locate, object_id, parent_of

_PROTECTED = {"/", "/Users", "/Shared", "/Repos"}


class NotebookUnavailableError(BrickyardError):
    """A path that a run needs as a notebook is none; becomes the run's failure.

    Args:
        path: As the job names it.
        why: What is wrong with it.
        remedy: What to do about it.
    """

    def __init__(self, path: str, why: str, remedy: str = "") -> None:
        super().__init__(f'Unable to access the notebook "{path}": {why}', remedy)


class PathTakenError(ApiError):
    """400 RESOURCE_ALREADY_EXISTS in Databricks' words.

    Args:
        name: The canonical path.
        kind: The type of what is there.
    """

    def __init__(self, name: str, kind: str) -> None:
        super().__init__(400, "RESOURCE_ALREADY_EXISTS", f"Path ({name}) already exists.")
        self.kind = kind


class NotebookFiles:
    """The tree under ``/Workspace``.

    Its methods block on the file system and may be called from any thread; changes are made one at
    a time, each complete or absent whenever the process ends.

    Args:
        home: The workspace's home; what an earlier process left half-written is removed.
    """

    def __init__(self, home: Home) -> None:
        self._root = home.workspace.resolve()
        self._aside = self._root / ASIDE
        self._lock = threading.Lock()
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)

    def read_notebook(self, path: str) -> tuple[Notebook, Path]:
        """Read a notebook.

        Args:
            path: Its workspace path, ``/Workspace`` allowed.

        Returns:
            The notebook, and the real file.

        Raises:
            NotebookUnavailableError: The path is missing, or is something else.
        """
        try:
            name = canonical(path)
            file = locate(self._root, name)
        except ApiError as exc:
            raise NotebookUnavailableError(path, exc.message) from exc
        if file.is_dir():
            raise NotebookUnavailableError(name, "it is a directory.")
        try:
            with file.open("rb") as stream:
                first = stream.read(stored.HEAD_BYTES)
                # A plain file may be of any size.
                content = first + stream.read() if stored.kind_of(first) else None
        except OSError as exc:
            raise self._absent(name, file, exc) from exc
        if content is None:
            raise NotebookUnavailableError(
                name,
                "it is a file, not a notebook.",
                f"A notebook's first line is {HEADERS['python']!r} (in the language's comment).",
            )
        try:
            return stored.read(content), file
        except NotebookFormatError as exc:
            raise NotebookUnavailableError(name, exc.message, exc.remedy) from exc

    def status(self, path: str) -> dict[str, Any]:
        """An object's ``ObjectInfo``.

        Raises:
            ApiError: RESOURCE_DOES_NOT_EXIST.
        """
        name = canonical(path)
        info = self._describe(name, locate(self._root, name))
        if info is None:
            raise no_path(name)
        return info

    def children(self, path: str) -> list[dict[str, Any]]:
        """The ``ObjectInfo`` of a folder's objects by name, or of the object itself.

        Raises:
            ApiError: RESOURCE_DOES_NOT_EXIST.
        """
        own = self.status(path)
        if own["object_type"] != "DIRECTORY":
            return [own]
        name = own["path"]
        found = []
        for entry in sorted(each.name for each in locate(self._root, name).iterdir()):
            child = f"{name.rstrip('/')}/{entry}"
            info = self._describe_child(child)
            if info is not None:
                found.append(info)
        return found

    def file(self, path: str) -> Path:
        """The real file of a notebook or file.

        Raises:
            ApiError: RESOURCE_DOES_NOT_EXIST, or 501 for a directory.
        """
        if self.status(path)["object_type"] == "DIRECTORY":
            raise ApiError(
                501,
                "NOT_IMPLEMENTED",
                f"Path ({canonical(path)}) is a directory; exporting a directory is not "
                "implemented by the local workspace. Export its objects one by one.",
            )
        return locate(self._root, path)

    def write(self, wanted: Import, *, overwrite: bool) -> None:
        """Put a notebook or file in place.

        Raises:
            ApiError: The parent is missing, or the path is taken.
        """
        with self.aside() as file:
            with file.open("wb") as stream:
                stream.write(wanted.content)
            self.put(file, wanted.path, wanted.kind, overwrite=overwrite)

    @contextmanager
    def aside(self) -> Iterator[Path]:
        """A path to prepare a file at; what lies there when the block ends is removed."""
        file = self._aside / secrets.token_hex(8)
        try:
            yield file
        finally:
            file.unlink(missing_ok=True)

    def put(self, prepared: Path, path: str, kind: str, *, overwrite: bool) -> None:
        """Move a prepared file to its path.

        Args:
            prepared: A file from :meth:`aside`, completely written.
            path: Where it goes.
            kind: ``NOTEBOOK`` or ``FILE``: what it will be.
            overwrite: Whether an object of the same type may be replaced.

        Raises:
            ApiError: The parent is missing, or the path is taken.
        """
        name = canonical(path)
        with prepared.open("rb") as stream:
            os.fsync(stream.fileno())
        with self._lock:
            target = self._free(name, kind, overwrite=overwrite)
            prepared.replace(target)

    def make_directories(self, path: str) -> None:
        """Make a folder and its parents where they are missing.

        Raises:
            ApiError: RESOURCE_ALREADY_EXISTS when one of them is not a folder.
        """
        name = canonical(path)
        parts = name.split("/")[1:] if name != "/" else []
        with self._lock:
            for depth in range(1, len(parts) + 1):
                prefix = "/" + "/".join(parts[:depth])
                folder = locate(self._root, prefix)
                if folder.exists() and not folder.is_dir():
                    raise PathTakenError(prefix, "FILE")
                folder.mkdir(parents=True, exist_ok=True)

    def delete(self, path: str, *, recursive: bool) -> None:
        """Remove an object, or a folder with everything in it; a link itself, not its target.

        Raises:
            ApiError: RESOURCE_DOES_NOT_EXIST, DIRECTORY_NOT_EMPTY, or BAD_REQUEST for the folders
                that a workspace always has.
        """
        name = canonical(path)
        if name in _PROTECTED or parent_of(name) == "/Users":
            raise ApiError(400, "BAD_REQUEST", f"Folder {name} is protected.")
        with self._lock:
            victim = locate(self._root, parent_of(name)) / name.rpartition("/")[2]
            if not os.path.lexists(victim):
                raise no_path(name)
            if victim.is_dir() and not victim.is_symlink():
                self._delete_folder(name, victim, recursive=recursive)
            else:
                victim.unlink()

    def _delete_folder(self, name: str, folder: Path, *, recursive: bool) -> None:
        if not recursive and any(folder.iterdir()):
            raise ApiError(
                400,
                "DIRECTORY_NOT_EMPTY",
                f"Folder ({name}) is not empty; delete it with recursive=true.",
            )
        # One rename takes the whole tree out of sight; a kill cannot leave half of it behind.
        doomed = self._aside / secrets.token_hex(8)
        folder.rename(doomed)
        shutil.rmtree(doomed)

    def _free(self, name: str, kind: str, *, overwrite: bool) -> Path:
        target = locate(self._root, name)
        parent = parent_of(name)
        if not locate(self._root, parent).is_dir():
            raise missing(f"The parent folder ({parent}) does not exist.")
        present = self._describe(name, target)
        if present is None:
            return target
        if not overwrite:
            raise PathTakenError(name, present["object_type"])
        if present["object_type"] != kind:
            raise ApiError(
                400,
                "INVALID_PARAMETER_VALUE",
                f"Cannot overwrite the asset at {name} due to type mismatch "
                f"(asked: {kind}, actual: {present['object_type']}).",
            )
        return target

    def _describe(self, name: str, file: Path) -> dict[str, Any] | None:
        number = object_id(name)
        info: dict[str, Any] = {"path": name, "object_id": number, "resource_id": str(number)}
        try:
            if file.is_dir():
                return {"object_type": "DIRECTORY", **info}
            if not file.is_file():
                return None  # missing, or a pipe, which opening would wait on
            with file.open("rb") as stream:
                first = stream.read(stored.HEAD_BYTES)
                facts = os.fstat(stream.fileno())
        except FileNotFoundError:
            return None  # deleted just now
        modified = facts.st_mtime_ns // 1_000_000
        info["created_at"] = info["modified_at"] = modified
        kind = stored.kind_of(first)
        if kind is None:
            return {"object_type": "FILE", "size": facts.st_size, **info}
        return {"object_type": "NOTEBOOK", "language": kind.language.upper(), **info}

    def _describe_child(self, name: str) -> dict[str, Any] | None:
        """As :meth:`_describe`, but None for what has no place in a listing."""
        try:
            return self._describe(name, locate(self._root, name))
        except ApiError:
            return None  # the aside folder, or a link that leads out

    def _absent(self, name: str, file: Path, cause: OSError) -> NotebookUnavailableError:
        jupyter = file.with_name(f"{file.name}.ipynb")
        if jupyter.is_file():
            return NotebookUnavailableError(
                name,
                f"there is a plain file {jupyter.name}, which was never imported as a notebook.",
                "Import it in format JUPYTER, or in format AUTO, which drops the extension.",
            )
        if not isinstance(cause, FileNotFoundError | NotADirectoryError):
            return NotebookUnavailableError(name, f"{cause.strerror}.")
        known: list[str] = []
        if file.parent.is_dir():
            known = [info["path"] for info in self.children(parent_of(name))]
        return NotebookUnavailableError(name, "it does not exist.", did_you_mean(name, known))


def no_path(name: str) -> ApiError:
    """404 RESOURCE_DOES_NOT_EXIST in Databricks' words."""
    return missing(f"Path ({name}) doesn't exist.")
