"""The verbs of ``%pip``, and what they say: pip's words where users know them."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from packaging.utils import canonicalize_name

from brickyard.errors import did_you_mean
from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries import inventory
from brickyard.runtime.libraries.arguments import Request, read, split, verb_of
from brickyard.runtime.libraries.folder import LibraryFolder
from brickyard.runtime.libraries.inventory import Installed
from brickyard.runtime.libraries.localise import Localiser
from brickyard.runtime.libraries.uv import version, without_credentials

_NOTE = (
    "Note: you may need to restart the kernel using %restart_python or "
    "dbutils.library.restartPython() to use updated packages."
)
# Of no consequence to what list and freeze show here.
_HARMLESS = ("--disable-pip-version-check", "--all", "-v", "--verbose", "-q", "--quiet")


class Pip:
    """Carries out ``%pip`` lines on one folder.

    Args:
        folder: The run's folder.
        say: Takes what to tell the user, as it comes.
    """

    def __init__(self, folder: LibraryFolder, say: Callable[[str], None] = print) -> None:
        self._folder = folder
        self._say = say
        self._verbs: dict[str, Callable[[list[str]], None]] = {
            "install": self._install,
            "uninstall": self._uninstall,
            "list": self._list,
            "freeze": lambda words: say(inventory.frozen(self._chosen("freeze", words))),
            "show": self._show,
            "check": self._check,
        }

    def line(self, line: str) -> None:
        """Carry out a line.

        Args:
            line: What stands after ``%pip``; comments are allowed.

        Raises:
            MagicError: The line is not understood, a file is missing, or uv failed.
        """
        self.words(split(line))

    def words(self, words: list[str]) -> None:
        """As :meth:`line`, with the line's words."""
        if words in (["--version"], ["-V"]):
            self._say(version())
            return
        verb, rest = verb_of(words)
        action = self._verbs.get(verb)
        if action is None:
            raise MagicError(
                f"%pip {without_credentials(' '.join(words)) or '(nothing)'} is not available "
                "on the local workspace.",
                f"Available: {', '.join(self._verbs)}, --version.",
            )
        action(rest)

    def _install(self, words: list[str]) -> None:
        request = read("install", words)
        if not (request.words or request.files or request.editables):
            raise MagicError("%pip install names nothing.", "Give a package, a wheel or -r FILE.")
        loaded = frozenset(sys.modules)
        tell = _silence if request.quiet else self._say
        with tempfile.TemporaryDirectory(prefix="brickyard-pip-") as aside:
            localiser = Localiser(self._folder.paths, Path(aside))
            told = [*localiser.words(request), *_selection(request, localiser)]
            try:
                changes = self._folder.change("install", told, tell, dry_run=request.dry_run)
            except MagicError as refusal:
                raise MagicError(localiser.plainly(str(refusal))) from None
        new = [change for change in changes if change["sign"] in "+~"]
        if new:
            what = "Would install" if request.dry_run else "Successfully installed"
            tell(f"{what} {' '.join(map(_dashed, new))}")
            self._tell_of_loaded(new, loaded)
        else:
            asked = [*request.words, *request.files, *request.editables]
            tell(f"Requirement already satisfied: {without_credentials(', '.join(asked))}")
        self._say(_NOTE)

    def _uninstall(self, words: list[str]) -> None:
        request = read("uninstall", words)
        if not request.yes:
            raise MagicError(
                "%pip uninstall would ask before it removes anything, and nobody can answer.",
                "Write: %pip uninstall -y NAME",
            )
        with tempfile.TemporaryDirectory(prefix="brickyard-pip-") as aside:
            localiser = Localiser(self._folder.paths, Path(aside))
            localiser.words(Request(words=request.words, files=request.files))
        names = sorted(localiser.names)
        if not names:
            raise MagicError("%pip uninstall names nothing.", "Give the packages' names.")
        own, below = self._folder.own(), self._folder.below()
        tell = _silence if request.quiet else self._say
        gone = [name for name in names if name in own]
        for name in names:
            if name not in own:
                tell(_not_ours(name, below.get(name)))
        if gone:
            for change in self._folder.change("uninstall", gone, tell):
                tell(f"Successfully uninstalled {_dashed(change)}")
        self._say(_NOTE)

    def _list(self, words: list[str]) -> None:
        shape = "columns"
        plain = []
        for word in words:
            name, _, value = word.partition("=")
            if name == "--format":
                shape = value
            else:
                plain.append(word)
        if shape not in inventory.LIST_FORMATS:
            raise MagicError(
                f"%pip list --format={shape} is not supported.",
                f"Write one of: --format={', --format='.join(inventory.LIST_FORMATS)}.",
            )
        self._say(inventory.LIST_FORMATS[shape](self._chosen("list", plain)))

    def _chosen(self, verb: str, words: list[str]) -> dict[str, Installed]:
        """All packages, or with ``--local`` this notebook's only."""
        own_only = False
        for word in words:
            own_only = own_only or word in ("-l", "--local")
            if word not in (*_HARMLESS, "-l", "--local"):
                raise MagicError(f"%pip {verb}: {word} is not supported.")
        return self._folder.own() if own_only else self._found()

    def _show(self, words: list[str]) -> None:
        found = self._found()
        if not words:
            raise MagicError("%pip show names nothing.", "Give a package's name.")
        option = next((word for word in words if word.startswith("-")), None)
        if option is not None:
            raise MagicError(f"%pip show: {option} is not supported.")
        missing = [word for word in words if canonicalize_name(word) not in found]
        here = [found[canonicalize_name(word)] for word in words if word not in missing]
        if here:
            self._say("\n---\n".join(inventory.details(item, found) for item in here))
        if missing:
            hint = did_you_mean(missing[0], found) if len(missing) == 1 else ""
            raise MagicError(f"%pip show: not found: {', '.join(missing)}.", hint)

    def _check(self, words: list[str]) -> None:
        if words:
            raise MagicError(f"%pip check: {words[0]} is not supported.")
        complaints = inventory.conflicts(self._found())
        if complaints:
            raise MagicError("%pip check: " + "\n".join(complaints))
        self._say("No broken requirements found.")

    def _found(self) -> dict[str, Installed]:
        return {**self._folder.below(), **self._folder.own()}

    def _tell_of_loaded(self, new: Iterable[re.Match[str]], loaded: frozenset[str]) -> None:
        own = self._folder.own()
        stale: set[str] = set()
        for change in new:
            item = own.get(canonicalize_name(change["name"]))
            if item is not None:
                stale |= {name.partition(".")[0] for name in item.modules() & loaded}
        if stale:
            self._say(f"Imported before, and still as it was: {', '.join(sorted(stale))}.")


def _selection(request: Request, localiser: Localiser) -> list[str]:
    """Which packages uv is to take anew: pip's ``-U`` leaves what they depend on alone.

    So does ``--force-reinstall`` here, lest it fetch again what the environment has.
    """
    told: list[str] = []
    if request.upgrade:
        told += ["--upgrade"] if request.eager else _each("--upgrade-package", localiser.names)
    if request.force and localiser.unnamed:
        told.append("--reinstall")
    elif request.force:
        told += _each("--reinstall-package", localiser.names)
    return told


def _each(option: str, names: Iterable[str]) -> list[str]:
    return [f"{option}={name}" for name in sorted(names)]


def _not_ours(name: str, item: Installed | None) -> str:
    if item is None:
        return f"WARNING: Skipping {name} as it is not installed."
    return (
        f"Found existing installation: {item.name} {item.version}\n"
        f"Not uninstalling {item.name} at {item.location}, outside environment of this notebook\n"
        f"Can't uninstall '{item.name}': it belongs to the cluster's environment."
    )


def _dashed(change: re.Match[str]) -> str:
    return f"{change['name']}-{change['version']}" if change["version"] else str(change["name"])


def _silence(text: str) -> None:
    """Where ``-q`` sends what would be said."""
    del text
