"""The environment that all others stand on, and what a new one starts as.

A new environment is a venv of its own whose ``sys.path`` goes on into the base's. The metadata of
the base's packages, and only that, is repeated in it: so uv finds installed what the base has, puts
in only what is missing or differs, and can never touch a file of the base; and ``pip list`` and
``importlib.metadata`` tell one story.
"""

from __future__ import annotations

import os
import platform
import re
import site
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_BASE_PTH = "_brickyard_base.pth"
_METADATA_SUFFIXES = (".dist-info", ".egg-info")
# As uv and pip write them where a path is too long for "#!": a shell script that Python can read.
_TRAMPOLINE = """#!/bin/sh
'''exec' "$(dirname -- "$(realpath -- "$0")")"/'python' "$0" "$@"
' '''
"""
_SHELL_EXEC = re.compile(r"#!/bin/sh\n'''exec' .*\n' '''\n")


@dataclass(frozen=True)
class Base:
    """A Python installation with its packages.

    Attributes:
        python: The executable to start.
        interpreter: The executable outside any venv.
        sites: Its folders of packages, the first winning.
    """

    python: Path
    interpreter: Path
    sites: tuple[Path, ...]

    @classmethod
    def here(cls) -> Base:
        """The one that this process runs in."""
        folders = [*site.getsitepackages()]
        if site.ENABLE_USER_SITE:
            folders.insert(0, site.getusersitepackages())
        return cls(
            python=Path(sys.executable),
            # What the standard library's own venv module builds on.
            interpreter=Path(getattr(sys, "_base_executable", sys.executable)),
            sites=tuple(Path(folder) for folder in folders if Path(folder).is_dir()),
        )

    def fingerprint(self) -> str:
        """Changes when Python or the set of packages does."""
        about = [platform.python_version(), str(self.python), str(self.interpreter)]
        about += [f"{entry.path} {entry.stat().st_mtime_ns}" for entry in self._packages()]
        return sha256("\n".join(about).encode()).hexdigest()

    def lay(self, folder: Path) -> None:
        """Make an environment that has what the base has, and nothing of its own.

        Args:
            folder: The environment's folder; it must not exist. It may be renamed later.
        """
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        packages = folder / "lib" / version / "site-packages"
        packages.mkdir(parents=True)
        (folder / "pyvenv.cfg").write_text(
            f"home = {self.interpreter.parent}\n"
            "include-system-site-packages = false\n"
            f"version = {platform.python_version()}\n"
            "relocatable = true\n",  # so uv writes scripts that stand a rename
            encoding="utf-8",
        )
        self._lay_scripts(folder / "bin", version)
        lines = [f"import site; site.addsitedir({str(each)!r})\n" for each in self.sites]
        (packages / _BASE_PTH).write_text("".join(lines), encoding="utf-8")
        for entry in self._packages():
            _repeat_metadata(Path(entry.path), packages / entry.name)

    def _packages(self) -> Iterator[os.DirEntry[str]]:
        """The metadata folder of each package, in a stable order."""
        seen: set[str] = set()
        for folder in self.sites:
            with os.scandir(folder) as entries:
                found = [e for e in entries if e.name.endswith(_METADATA_SUFFIXES) and e.is_dir()]
            for entry in sorted(found, key=lambda each: each.name):
                name = entry.name.partition("-")[0].lower()
                if name not in seen:
                    seen.add(name)
                    yield entry

    def _lay_scripts(self, folder: Path, version: str) -> None:
        """Give the environment an interpreter, and the base's scripts such as ``mlflow``."""
        folder.mkdir()
        (folder / "python").symlink_to(self.interpreter)
        for name in ("python3", version):
            (folder / name).symlink_to("python")
        for script in self.python.parent.iterdir():
            body = _script_body(script, self.python.parent)
            if body is not None:
                target = folder / script.name
                target.write_text(_TRAMPOLINE + body, encoding="utf-8")
                target.chmod(0o755)
        uv = self.python.parent / "uv"
        if uv.is_file():  # where the package uv looks for its program
            (folder / "uv").symlink_to(uv)


def _repeat_metadata(source: Path, target: Path) -> None:
    """Repeat a package's metadata, with a RECORD that owns nothing but the repetition."""
    target.mkdir()
    names = ["RECORD"]
    for entry in os.scandir(source):
        if entry.is_file() and entry.name != "RECORD":
            (target / entry.name).symlink_to(entry.path)
            names.append(entry.name)
    record = "".join(f"{target.name}/{name},,\n" for name in names)
    (target / "RECORD").write_text(record, encoding="utf-8")


def _script_body(script: Path, folder: Path) -> str | None:
    """What follows the first line of a script that an interpreter in the folder runs, else None."""
    try:
        with script.open("rb") as stream:
            if stream.read(2) != b"#!":
                return None
        text = script.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = _SHELL_EXEC.match(text)
    if found is not None:
        return text[found.end() :]
    first, _, body = text.partition("\n")
    interpreter = Path(first[2:].strip())
    is_ours = interpreter.parent == folder and interpreter.name.startswith("python")
    return body if is_ours else None
