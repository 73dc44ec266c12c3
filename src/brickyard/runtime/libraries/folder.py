"""One run's library folder: what is in it, and how it is changed.

What the environment already has is not installed again: uv is shown the folder with a stand-in for
each package of the environment, so it resolves against all that the notebook sees and puts only the
rest in. Other runs never see the folder.
"""

from __future__ import annotations

import importlib
import os
import re
import site
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from brickyard.runtime.libraries import shims
from brickyard.runtime.libraries.generations import Generations
from brickyard.runtime.libraries.inventory import Installed, packages
from brickyard.runtime.libraries.standins import is_stand_in, put_stand_ins
from brickyard.runtime.libraries.uv import run_uv
from brickyard.runtime.paths import PathMap

# uv's list of changes: " + name==1.0 (from file:///…)"; "-" went, "~" was installed again.
_CHANGE = re.compile(r"^ (?P<sign>[-+~]) (?P<name>[^\s=@]+)(?:==(?P<version>\S+))?")


class LibraryFolder:
    """Installs into, and imports from, one folder.

    Args:
        folder: The folder.
        paths: From the platform's addresses to local paths.

    Attributes:
        folder: The folder.
        paths: From the platform's addresses to local paths.
    """

    def __init__(self, folder: Path, paths: PathMap) -> None:
        self.folder = folder
        self.paths = paths
        self._generations = Generations(folder)

    def activate(self) -> None:
        """Let this process and its children import from the folder, before all else."""
        self._generations.ensure()
        folder = str(self.folder)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        shims.put_first("PYTHONPATH", folder)
        # As on the platform: ``python`` of a shell is the notebook's.
        shims.put_first("PATH", str(Path(sys.executable).parent))
        shims.put_first("PATH", str(self.folder / "bin"))
        self._follow_links()
        shims.activate(self.folder, self.paths.roots)
        importlib.invalidate_caches()

    def shadowed(self, loaded: Iterable[str]) -> list[str]:
        """Which loaded modules the folder has another copy of.

        Args:
            loaded: Names of loaded modules.
        """
        known = set(loaded)
        known |= {name.partition(".")[0] for name in known}
        return sorted(known.intersection(_modules(self.folder)))

    def own(self) -> dict[str, Installed]:
        """The packages in the folder."""
        return packages([str(self.folder)])

    def below(self) -> dict[str, Installed]:
        """The packages of the environment, which every run sees."""
        private = self.folder.parent.resolve()
        return packages(
            [
                entry
                for entry in sys.path
                if entry
                and entry != str(shims.MODULES)
                and private not in Path(entry).resolve().parents
            ]
        )

    def change(
        self, verb: str, words: list[str], say: Callable[[str], None], *, dry_run: bool = False
    ) -> list[re.Match[str]]:
        """Let uv change a copy of the folder, which takes its place when uv has succeeded.

        Args:
            verb: ``install`` or ``uninstall``.
            words: What uv is told.
            say: Takes lines of progress.
            dry_run: Change nothing.

        Returns:
            The changes, with the groups ``sign``, ``name`` and ``version``.

        Raises:
            MagicError: uv failed; the folder is as before.
        """
        with self._generations.change() as change:
            own = packages([str(change.folder)])
            put_stand_ins(self.below(), change.folder, own, self.paths.roots.tmp)
            dry = ["--dry-run"] if dry_run else []
            lines = run_uv([verb, "--target", str(change.folder), *dry, *words], say)
            changes = [match for match in map(_CHANGE.match, lines) if match]
            if changes and not dry_run:
                change.kept = lambda entry: not is_stand_in(entry)
        if change.kept is not None:
            self.activate()
        return changes

    def _follow_links(self) -> None:
        """Follow the folder's ``.pth`` files (of editable installs), here and in children."""
        before = set(sys.path)
        site.addsitedir(str(self.folder), known_paths=set(sys.path))
        for entry in sys.path:
            if entry not in before:
                shims.put_first("PYTHONPATH", entry)


def _modules(folder: Path, prefix: str = "") -> Iterator[str]:
    """The modules of a folder by full name, as far as the first that is no namespace."""
    for entry in os.scandir(folder) if folder.is_dir() else ():
        name, _, ending = entry.name.partition(".")
        if not name.isidentifier() or name in ("bin", "__pycache__"):
            continue
        if ending and not entry.is_dir():
            if ending.rpartition(".")[2] in ("py", "so"):
                yield prefix + name
        elif Path(entry.path, "__init__.py").exists():
            yield prefix + name
        elif not ending:
            yield from _modules(Path(entry.path), f"{prefix}{name}.")
