"""What is to be installed, as lines of a requirements file in which every local file is a copy.

A file's copy lies under the hash of its content: what is installed is what was there when it was
asked for, whatever becomes of the file, and the lines name the content itself.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from tempfile import NamedTemporaryFile

from packaging.requirements import InvalidRequirement, Requirement

from brickyard.errors import BrickyardError
from brickyard.runtime.libraries.uv import without_credentials

_ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tgz")
_COMMENT = re.compile(r"(^|\s+)#.*$")
_PER_REQUIREMENT = re.compile(r"\s+--(hash|config-settings?|global-option)[= ].*$")
_REMOTE = re.compile(r"(?!file:|dbfs:|abfss?:|wasbs?:)[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_LOCAL = re.compile(r"\.|/|(file|dbfs|abfss?|wasbs?):", re.IGNORECASE)
_INCLUDES = ("-r", "--requirement")
_CONSTRAINTS = ("-c", "--constraint")
_WITH_VALUE = (
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-binary",
    "--only-binary",
    "--trusted-host",
)
_ALONE = ("--no-index", "--pre", "--prefer-binary", "--require-hashes")
_DEEPEST_INCLUDE = 10


class RequirementsError(BrickyardError):
    """A requirement that cannot be read; says where it stands."""


@dataclass(frozen=True)
class Line:
    """One line for uv.

    Attributes:
        text: The line.
        where: Where the user wrote it: ``requirements.txt, line 3: 'pandas==9'``; may be empty.
        name: The package's name; empty for options and files.
    """

    text: str
    where: str = ""
    name: str = ""

    def is_named_in(self, message: str) -> bool:
        """Whether uv speaks of the package, in whichever spelling."""
        spellings = "[-_.]+".join(map(re.escape, re.split(r"[-_.]+", self.name)))
        return bool(self.name and re.search(rf"\b{spellings}\b", message, re.IGNORECASE))


@dataclass(frozen=True)
class Item:
    """What one call of uv installs.

    Attributes:
        lines: What uv is given.
    """

    lines: tuple[Line, ...]

    @classmethod
    def of(cls, *lines: str) -> Item:
        """An item of lines that nobody has to be shown."""
        return cls(tuple(map(Line, lines)))

    @property
    def texts(self) -> list[str]:
        """The lines as uv gets them."""
        return [line.text for line in self.lines]

    def identity(self) -> list[str]:
        """The lines without credentials, which may change while the packages stay the same."""
        return [without_credentials(line.text) for line in self.lines]

    def explain(self, message: str) -> str:
        """Put in front of uv's message where what it complains of was written."""
        places = [line.where for line in self.lines if line.where and line.is_named_in(message)]
        if not places:
            places = [line.where for line in self.lines if line.where][:1]
        return f"{'; '.join(places)}: {message}" if places else message


@dataclass(frozen=True)
class Sources:
    """Where local files come from, and where their copies go.

    Attributes:
        copies: Folder of the copies.
        to_local: From an address such as ``dbfs:/x`` or ``/Volumes/…`` to a path.
    """

    copies: Path
    to_local: Callable[[str], str]

    def copy(self, file: Path) -> Path:
        """The copy of a file, made now.

        Raises:
            OSError: The file cannot be read.
        """
        self.copies.mkdir(parents=True, exist_ok=True)
        with file.open("rb") as stream, NamedTemporaryFile(dir=self.copies, delete=False) as aside:
            try:
                shutil.copyfileobj(stream, aside)
                aside.flush()
                with Path(aside.name).open("rb") as written:
                    digest = file_digest(written, "sha256").hexdigest()[:32]
                target = self.copies / digest / file.name
                target.parent.mkdir(exist_ok=True)
                Path(aside.name).replace(target)
            except BaseException:
                Path(aside.name).unlink(missing_ok=True)
                raise
        return target

    def archive(self, address: str) -> Line:
        """A wheel or source archive as a line for uv.

        Args:
            address: Its path or URI, perhaps with extras in brackets.

        Raises:
            BrickyardError: There is no such file, or it is none that can be installed.
        """
        address, bracket, extras = address.partition("[")
        local = Path(self.to_local(address))
        if not address.endswith(_ARCHIVES):
            raise RequirementsError(f"{address} is not a wheel.", "Build one, and name that.")
        if not local.is_file():
            raise RequirementsError(
                f"{address} does not exist.", "Check the path, and that it was uploaded there."
            )
        return Line(self.copy(local).as_uri() + bracket + extras, name=local.name.split("-")[0])


def read_requirements(file: Path, sources: Sources, shown: str = "") -> Item:
    """Read a requirements file, with what it includes.

    Args:
        file: The file.
        sources: Local files that it names.
        shown: What the user calls the file.

    Raises:
        RequirementsError: A line cannot be read or names what is not there; says which.
    """
    return Item(tuple(_read(file, sources, shown or file.name, 0)))


def _read(file: Path, sources: Sources, shown: str, depth: int) -> Iterator[Line]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise RequirementsError(
            f"{shown} cannot be read: {exc.strerror}.", "Check the path."
        ) from exc
    except UnicodeDecodeError as exc:
        raise RequirementsError(f"{shown} is not UTF-8 text.", "Save it as UTF-8.") from exc
    if depth > _DEEPEST_INCLUDE:
        raise RequirementsError(f"{shown} includes itself.", "Remove the line that does.")
    for number, line in _logical_lines(text):
        where = f"{shown}, line {number}: {without_credentials(line)!r}"
        try:
            yield from _line(line, where, file, sources, depth)
        except RequirementsError as exc:
            if exc.message.startswith(shown):  # of a file that this one includes
                raise
            raise RequirementsError(f"{where}: {exc.message}", exc.remedy) from exc
        except BrickyardError as exc:
            raise RequirementsError(f"{where}: {exc.message}", exc.remedy) from exc


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their first number, continued ones joined, without comments and empty ones."""
    held, begun = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        begun = begun or number
        if raw.endswith("\\") and not raw.lstrip().startswith("#"):
            held += raw[:-1]
            continue
        line = _COMMENT.sub("", held + raw).strip()
        if line:
            yield begun, line
        held, begun = "", 0
    if held.strip():
        yield begun, held.strip()


def _line(line: str, where: str, file: Path, sources: Sources, depth: int) -> Iterator[Line]:
    if line.startswith("-"):
        yield from _option(line, where, file, sources, depth)
        return
    plain = _PER_REQUIREMENT.sub("", line)
    if _is_file(plain):
        found = sources.archive(_absolute(plain, file))
        yield Line(found.text, where, found.name)
        return
    try:
        parsed = Requirement(plain)
    except InvalidRequirement as exc:
        if _REMOTE.match(plain):
            yield Line(line, where)  # the address of a package
            return
        problem = str(exc).splitlines()[0]
        raise RequirementsError(problem, "Write it as 'name==1.2.3'.") from exc
    if parsed.url and not _REMOTE.match(parsed.url):
        found = sources.archive(_absolute(parsed.url, file))
        yield Line(plain.replace(parsed.url, found.text), where, parsed.name)
        return
    yield Line(line, where, parsed.name)


def _option(line: str, where: str, file: Path, sources: Sources, depth: int) -> Iterator[Line]:
    name, value = _split_option(line)
    if name in _INCLUDES:
        inner = Path(_absolute(value, file))
        yield from _read(Path(sources.to_local(str(inner))), sources, inner.name, depth + 1)
    elif name in _CONSTRAINTS:
        local = Path(sources.to_local(_absolute(value, file)))
        if not local.is_file():
            raise RequirementsError(f"{value} does not exist.", "Check the path.")
        yield Line(f"-c {shlex.quote(str(sources.copy(local)))}", where)
    elif name in ("-f", "--find-links") and not _REMOTE.match(value):
        yield Line(f"--find-links {sources.to_local(_absolute(value, file))}", where)
    elif name in _WITH_VALUE or name in _ALONE:
        yield Line(line, where)
    elif name in ("-e", "--editable"):
        raise RequirementsError(
            "an editable package cannot be shared by runs.", "Build a wheel, and name that."
        )
    else:
        raise RequirementsError(f"the option {name} is not known.", "Remove it.")


def _split_option(line: str) -> tuple[str, str]:
    """An option and its value: ``-r x``, ``-rx``, ``--requirement x``, ``--requirement=x``."""
    found = re.fullmatch(r"(--[a-z-]+)(?:\s*=\s*|\s+)?(.*)|(-[a-z])\s*(.*)", line)
    if found is None:
        raise RequirementsError("this option cannot be read.", "Remove it.")
    name, value = (found[1], found[2]) if found[1] else (found[3], found[4])
    try:
        return name, " ".join(shlex.split(value))
    except ValueError as exc:
        raise RequirementsError(f"{exc}.", "Close the quotation.") from exc


def _is_file(text: str) -> bool:
    if _REMOTE.match(text) or " @ " in text:
        return False
    return bool(_LOCAL.match(text)) or text.partition("[")[0].endswith(_ARCHIVES)


def _absolute(address: str, file: Path) -> str:
    """A path as the including file means it: relative ones from its folder."""
    if address.startswith("/") or re.match(r"[a-z]+:", address):
        return address
    return str(file.parent / address)
