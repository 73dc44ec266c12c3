"""One run's library folder.

What the base environment already has is not installed again: a dry run against it says what is
missing, and only that goes into the folder, which other runs never see.
"""

from __future__ import annotations

import importlib
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from brickyard.runtime.errors import MagicError
from brickyard.runtime.paths import PathMap

# uv lists one change a line: " + name==1.0", and where it comes from an address as
# " + name @ file:///…", or, when it is cached, " + name==1.0 (from file:///…)"; "~" reinstalls.
_CHANGE = re.compile(
    r"^ [+~] (?P<what>\S+(?: @ \S+)?)(?: \(from (?P<source>[^)]+)\))?", re.MULTILINE
)

# Options whose next word is a value that steers where packages come from.
_SOURCE_OPTIONS = {"--index-url", "-i", "--extra-index-url", "--find-links", "-f"}

_PLATFORM_ROOTS = ("dbfs:/", "/dbfs/", "/Workspace/", "/Volumes/")


class LibraryFolder:
    """Installs into, and imports from, one folder.

    Args:
        folder: The folder; made at the first installation.
        paths: From the platform's addresses to local paths.
    """

    def __init__(self, folder: Path, paths: PathMap) -> None:
        self.folder = folder
        self._paths = paths

    def pip(self, line: str) -> str:
        """Carry out a ``%pip`` line.

        Args:
            line: What stands after ``%pip``; comments are allowed.

        Returns:
            What to tell the user.

        Raises:
            MagicError: The verb is not known here, a file is missing, or uv failed.
        """
        verb, *words = _split(line) or [""]
        if verb != "install":
            raise MagicError(
                f"%pip {verb or '(nothing)'} is not available on the local workspace yet.",
                "Available: %pip install.",
            )
        if not words:
            raise MagicError("%pip install names nothing.", "Give a package, a wheel or -r FILE.")
        return self._install([self._localise(word) for word in words])

    def activate(self) -> None:
        """Let this process and its children import from the folder, before all else."""
        folder = str(self.folder)
        if not self.folder.is_dir():
            return
        if folder not in sys.path:
            sys.path.insert(0, folder)
        _prepend("PYTHONPATH", folder)
        _prepend("PATH", str(self.folder / "bin"))
        importlib.invalidate_caches()

    def shadowed(self, loaded: Iterable[str]) -> list[str]:
        """Which loaded top-level modules the folder has another copy of.

        Args:
            loaded: Names of loaded modules.
        """
        if not self.folder.is_dir():
            return []
        here = {entry.name.removesuffix(".py") for entry in self.folder.iterdir()}
        return sorted(here & {name.partition(".")[0] for name in loaded})

    def _install(self, words: list[str]) -> str:
        plan = _CHANGE.finditer(_uv(["--dry-run", *words]))
        missing = [_requirement(change) for change in plan]
        if not missing:
            return "Requirement already satisfied: nothing to install."
        before = frozenset(sys.modules)
        target = ["--target", str(self.folder), "--no-deps"]
        done = _CHANGE.finditer(_uv([*target, *_sources(words), *missing]))
        self.activate()
        names = " ".join(change["what"].replace("==", "-") for change in done) or "nothing new"
        stale = self.shadowed(before)
        note = (
            f"\nNote: {', '.join(stale)} was imported before: use "
            "dbutils.library.restartPython() to get the new version."
            if stale
            else ""
        )
        return f"Successfully installed {names}{note}"

    def _localise(self, word: str) -> str:
        if word.startswith("file:/Workspace/"):
            word = word.removeprefix("file:")
        local = (
            self._paths.to_local(word, bare_is_dbfs=False)
            if word.startswith(_PLATFORM_ROOTS)
            else word
        )
        if local.endswith((".whl", ".txt", ".tar.gz")) and "/" in local and "://" not in local:
            path, _bracket, _extras = local.partition("[")
            if not Path(path).exists():
                raise MagicError(
                    f"%pip install: {word} does not exist.",
                    "Check the path, and that the wheel was uploaded there.",
                )
        return local


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError as exc:
        raise MagicError(f"%pip {line}: {exc}.", "Close the quotation.") from exc


def _requirement(change: re.Match[str]) -> str:
    what, source = change["what"], change["source"]
    return f"{what.partition('==')[0]} @ {source}" if source else what


def _sources(words: list[str]) -> list[str]:
    kept: list[str] = []
    for position, word in enumerate(words):
        if word in _SOURCE_OPTIONS:
            kept += words[position : position + 2]
        elif word.partition("=")[0] in _SOURCE_OPTIONS:
            kept.append(word)
    return kept


def _uv(words: list[str]) -> str:
    from uv import find_uv_bin

    command = [find_uv_bin(), "pip", "install", "--no-progress", "--color", "never"]
    done = subprocess.run(
        [*command, "--python", sys.executable, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "UV_LINK_MODE": os.environ.get("UV_LINK_MODE", "copy")},
    )
    if done.returncode != 0:
        detail = done.stderr.strip() or done.stdout.strip()
        raise MagicError(f"%pip install failed: {detail}")
    return done.stderr + done.stdout


def _prepend(variable: str, entry: str) -> None:
    others = [part for part in os.environ.get(variable, "").split(os.pathsep) if part]
    if entry not in others:
        os.environ[variable] = os.pathsep.join([entry, *others])
