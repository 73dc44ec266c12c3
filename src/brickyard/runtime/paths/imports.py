"""Importing from the platform's folders: modules beside a notebook, and packages of its project.

No bytecode is kept there. It would show as files in the workspace; and as it is trusted by a
source's size and its time in seconds, a module that is changed twice in a second could run as it
was before.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from typing import NoReturn

from brickyard.runtime.paths.fallback import translate
from brickyard.runtime.paths.mapping import Roots


class _SourceLoader(SourceFileLoader):
    """Compiles a module each time."""

    def path_stats(self, path: str) -> NoReturn:
        """What bytecode would be compared with: the import system goes without when refused."""
        raise OSError(f"{path} is compiled afresh")


def install(roots: Roots) -> None:
    """Import so from the platform's folders, under their own names and where they really are.

    Args:
        roots: The folders.
    """
    shown = roots.shown
    names = tuple(shown) + tuple(str(folder) for folder in shown.values())
    sys.path_hooks.insert(0, _hook(names))
    for entry in [entry for entry in sys.path_importer_cache if _is_below(entry, names)]:
        del sys.path_importer_cache[entry]


def _hook(names: tuple[str, ...]) -> Callable[[str], FileFinder]:
    def hook(entry: str) -> FileFinder:
        if not _is_below(entry, names):
            raise ImportError("not one of the platform's folders", path=entry)
        # The import system looks past the wrappers that stand in for a mount namespace.
        return FileFinder(
            translate(os.path.abspath(entry)),  # noqa: PTH100 - without following links
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (_SourceLoader, SOURCE_SUFFIXES),
        )

    return hook


def _is_below(entry: str, names: tuple[str, ...]) -> bool:
    absolute = os.path.abspath(entry)  # noqa: PTH100 - without following links
    return absolute in names or absolute.startswith(tuple(f"{name}/" for name in names))


def folders_to_import_from(notebook: str, workspace: str) -> list[str]:
    """What a notebook imports from: its own folder, and the root of its Git folder.

    Git folders are those below ``/Repos/<user>/``, and those that hold a ``.git``.

    Args:
        notebook: The notebook, below the workspace's files.
        workspace: Where those are shown.
    """
    folder = os.path.dirname(notebook)  # noqa: PTH120 - text in, text out
    found = [folder]
    parts = os.path.relpath(folder, workspace).split("/")
    for count in range(len(parts), 0, -1):
        root = "/".join([workspace, *parts[:count]])
        is_repo = parts[0] == "Repos" and count == 3
        if is_repo or os.path.exists(f"{root}/.git"):  # noqa: PTH110
            return [*found, root] if root != folder else found
    return found
