"""Tiny wheels and source archives, made without a build tool and without a network."""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path


def tiny_wheel(
    folder: Path,
    version: str,
    name: str = "tiny",
    *,
    files: Mapping[str, str] | None = None,
    requires: Iterable[str] = (),
    script: bool = False,
) -> Path:
    """A wheel of one module that knows its version.

    Args:
        folder: Where to; made when missing.
        version: Its version, also ``VERSION`` of the module.
        name: Of the package and the module.
        files: Its content, instead of the module.
        requires: What it requires.
        script: Whether it has a console script that prints its version and the interpreter.
    """
    module = f"import sys\nVERSION = {version!r}\ndef main():\n    print(VERSION, sys.executable)\n"
    info = f"{name}-{version}.dist-info"
    content = dict(files or {f"{name}.py": module})
    content[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + (
        "".join(f"Requires-Dist: {each}\n" for each in requires)
    )
    content[f"{info}/WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    if script:
        content[f"{info}/entry_points.txt"] = f"[console_scripts]\n{name} = {name}:main\n"
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in content.items())
    content[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n"
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in content.items():
            archive.writestr(path, text)
    return wheel


def slow_archive(folder: Path, seconds: float, name: str = "slow") -> Path:
    """A source archive that takes its time to be built, by a backend of its own.

    Args:
        folder: Where to.
        seconds: How long.
        name: Of the package.
    """
    backend = (
        "import time\n"
        f"def prepare_metadata_for_build_wheel(*_): time.sleep({seconds})\n"
        f"def build_wheel(*_): time.sleep({seconds})\n"
    )
    project = (
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
        f'[project]\nname = "{name}"\ndynamic = ["version"]\n'
    )
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-1.0.tar.gz"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    with tarfile.open(file, "w:gz") as archive:
        content = {"backend.py": backend, "pyproject.toml": project, "PKG-INFO": metadata}
        for path, text in content.items():
            entry = tarfile.TarInfo(f"{name}-1.0/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return file


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
