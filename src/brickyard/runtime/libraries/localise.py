"""The platform's paths in what ``%pip`` is given, also inside requirements files, as local ones."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from brickyard.runtime.errors import MagicError
from brickyard.runtime.libraries.arguments import Request
from brickyard.runtime.paths import PathMap

_PLATFORM = ("dbfs:/", "/dbfs/", "file:/", "/Workspace/", "/Volumes/")
_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz", ".txt")
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?\s*@\s*)(?P<place>\S+)(?P<rest>.*)")
_FILE_OPTION = re.compile(
    r"(?P<option>-r|-c|--requirements?|--constraints?)(?:\s*=\s*|\s+|(?<=-[rc]))(?P<path>\S+)"
)
_PLACE_OPTION = re.compile(r"(?P<option>-e|--editable|-f|--find-links)(?:\s*=\s*|\s+)(?P<path>.+)")
_EXTRAS = re.compile(r"\[[^\[\]]*\]$")


class Localiser:
    """Rewrites one request.

    Args:
        paths: From the platform's addresses to local paths.
        copies: Where rewritten copies of requirements files go.

    Attributes:
        names: Canonical names of what the request asks for itself, as far as they can be told.
        unnamed: Whether something is asked for whose name cannot be told.
        spelled: What the user wrote for each local path, for messages.
    """

    def __init__(self, paths: PathMap, copies: Path) -> None:
        self._paths = paths
        self._copies = copies
        self._done: dict[Path, Path] = {}
        self.names: set[str] = set()
        self.unnamed = False
        self.spelled: dict[str, str] = {}

    def words(self, request: Request) -> list[str]:
        """What uv is to be told: the requirements, editables and files.

        Raises:
            MagicError: A file is missing.
        """
        told = [self._requirement(word) for word in request.words]
        for place in request.editables:
            self.unnamed = True
            told += ["-e", self._place(place)]
        for option, files in (("-r", request.files), ("-c", request.constraints)):
            for file in files:
                told += [option, self._file(file, Path.cwd(), wanted=option == "-r")]
        return told + [self._option(option) for option in request.options]

    def plainly(self, text: str) -> str:
        """A message with the user's own spelling of paths."""
        for local, word in self.spelled.items():
            text = text.replace(f"file://{local}", word).replace(local, word)
        return text

    def _option(self, option: str) -> str:
        name, _, value = option.partition("=")
        if name == "--find-links" and value.startswith(_PLATFORM):
            return f"{name}={self._place(value)}"
        return option

    def _requirement(self, word: str, *, wanted: bool = True) -> str:
        """A requirement with a local path for the platform's; ``wanted``: not a constraint."""
        named = _NAMED.fullmatch(word)
        if named is not None:
            place = named["place"]
            if place.startswith(_PLATFORM):
                place = Path(self._place(place)).as_uri()
            told = f"{named['name']}{place}{named['rest']}"
        elif _is_path(word):
            extras = _EXTRAS.search(word)
            local = self._place(word[: extras.start()] if extras else word)
            if wanted:
                self._note_file(local)
            return local + (extras[0] if extras else "")
        else:
            told = word
        if wanted:
            self._note(told)
        return told

    def _place(self, word: str, base: Path | None = None) -> str:
        """A path of either world as an absolute local one; addresses stay as they are.

        Raises:
            MagicError: Nothing is there.
        """
        if "://" in word and not word.startswith(_PLATFORM):
            return word
        if word.startswith(_PLATFORM):
            local = self._paths.to_local(word, bare_is_dbfs=False)
        else:
            local = str((base or Path.cwd()) / Path(word).expanduser())
        if not Path(local).exists():
            raise MagicError(
                f"%pip: {word} does not exist.",
                "Check the path, and that the file was uploaded there.",
            )
        self.spelled[local] = word
        return local

    def _file(self, word: str, base: Path, *, wanted: bool) -> str:
        """A requirements file, copied with its paths rewritten; so are those it names."""
        local = self._place(word, base=base)
        if "://" in local:
            self.unnamed = self.unnamed or wanted
            return local
        file = Path(local).resolve()
        if file not in self._done:
            self._copies.mkdir(parents=True, exist_ok=True)
            # Known before it is read: files that name each other end here.
            copy = self._done[file] = self._copies / f"{len(self._done)}-{file.name}"
            text = file.read_text("utf-8-sig")
            lines = [self._line(line, file.parent, wanted=wanted) for line in text.splitlines()]
            copy.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self.spelled[str(copy)] = word
        return str(self._done[file])

    def _line(self, line: str, folder: Path, *, wanted: bool) -> str:
        """One line of a requirements file."""
        text = re.sub(r"(^|\s)#.*$", "", line).strip()
        option = _FILE_OPTION.fullmatch(text)
        if option is not None:
            nested = wanted and not option["option"].lstrip("-").startswith("c")
            # A file that a file names is beside it, as pip has it.
            return f"{option['option']} {self._file(option['path'], folder, wanted=nested)}"
        place = _PLACE_OPTION.fullmatch(text)
        if place is not None:
            return f"{place['option']} {self._place(_beside(place['path'], folder))}"
        if not text or text.startswith("-"):
            return line
        first, space, rest = text.partition(" ")
        if _is_path(first):
            return self._requirement(_beside(first, folder), wanted=wanted) + space + rest
        if _NAMED.match(text):
            return self._requirement(text, wanted=wanted)
        if wanted:
            self._note(text.partition(" --")[0].rstrip("\\ "))
        return line

    def _note(self, word: str) -> None:
        try:
            self.names.add(canonicalize_name(Requirement(word).name))
        except InvalidRequirement:
            self.unnamed = True

    def _note_file(self, local: str) -> None:
        name = Path(local).name
        try:
            parsed = (
                parse_wheel_filename(name)[0]
                if name.endswith(".whl")
                else parse_sdist_filename(name)[0]
            )
            self.names.add(parsed)
        except (InvalidWheelFilename, InvalidSdistFilename):
            self.unnamed = True


def _beside(word: str, folder: Path) -> str:
    """A path in a requirements file: from the working directory, as pip has it, or beside it."""
    if word.startswith((*_PLATFORM, "/", "~")) or "://" in word or Path(word).exists():
        return word
    return str(folder / word)


def _is_path(word: str) -> bool:
    """Whether a word names a file or folder rather than a package or an address."""
    bare = _EXTRAS.sub("", word)
    if bare.startswith((*_PLATFORM, "/", "./", "../", "~")) or bare in (".", ".."):
        return True
    return "://" not in bare and (bare.endswith(_ARCHIVES) or "/" in bare)
