"""What is installed for a run: its own folder first, then the environment below it."""

from __future__ import annotations

import csv
import importlib.metadata
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PathDistribution
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from brickyard.runtime.libraries.uv import without_credentials


@dataclass(frozen=True)
class Installed:
    """One package.

    Attributes:
        key: Its canonical name.
        name: Its name as it calls itself.
        version: Its version.
        location: The folder it lies in.
        info: Its ``.dist-info`` or ``.egg-info``.
    """

    key: str
    name: str
    version: str
    location: Path
    info: Path

    @property
    def _metadata(self) -> importlib.metadata.PackageMetadata:
        return PathDistribution(self.info).metadata

    def field(self, name: str) -> str:
        """A field of its metadata, empty where it has none."""
        metadata = self._metadata
        return str(metadata[name]) if name in metadata else ""

    def needs(self) -> list[Requirement]:
        """What it needs in this interpreter, without extras."""
        found = []
        for text in self._metadata.get_all("Requires-Dist") or []:
            try:
                need = Requirement(text)
            except InvalidRequirement:
                continue  # as pip does: an old package's slip is not the user's
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                found.append(need)
        return found

    def modules(self) -> set[str]:
        """The modules that it brings, by full name."""
        try:
            rows = list(csv.reader((self.info / "RECORD").read_text("utf-8").splitlines()))
        except FileNotFoundError:
            return set()
        files = [row[0] for row in rows if row and row[0].endswith((".py", ".so"))]
        return {_module(file) for file in files}

    def pinned(self) -> str:
        """As ``pip freeze`` writes it."""
        file = self.info / "direct_url.json"
        if not file.is_file():
            return f"{self.name}=={self.version}"
        origin = json.loads(file.read_text("utf-8"))
        place = without_credentials(origin["url"])
        if origin.get("dir_info", {}).get("editable"):
            return f"-e {place}"
        commit = origin.get("vcs_info", {}).get("commit_id")
        return (
            f"{self.name} @ {origin['vcs_info']['vcs']}+{place}@{commit}"
            if commit
            else (f"{self.name} @ {place}")
        )


def _module(file: str) -> str:
    """The module that a file of a package is: ``a/b/__init__.py`` is ``a.b``."""
    folder, _, name = file.rpartition("/")
    stem = name.partition(".")[0]
    parts = [*folder.split("/"), stem] if folder else [stem]
    return ".".join(parts[:-1] if parts[-1] == "__init__" and folder else parts)


def packages(folders: list[str]) -> dict[str, Installed]:
    """The packages of some folders by canonical name; an earlier folder hides a later one's."""
    found: dict[str, Installed] = {}
    for folder in folders:
        for item in _in_folder(folder):
            found.setdefault(item.key, item)
    return found


def _in_folder(folder: str) -> Iterator[Installed]:
    try:
        entries = sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        stem, dot, kind = entry.rpartition(".")
        if not dot or kind not in ("dist-info", "egg-info"):
            continue
        name, _, version = stem.partition("-")
        version = version.partition("-py")[0]
        info = Path(folder, entry)
        if not version:
            metadata = PathDistribution(info).metadata
            name, version = str(metadata["Name"] or name), str(metadata["Version"] or "0")
        yield Installed(canonicalize_name(name), name, version, Path(folder), info)


def columns(found: dict[str, Installed]) -> str:
    """As ``pip list`` shows them."""
    rows = [("Package", "Version"), *((item.name, item.version) for item in _ordered(found))]
    wide = max(len(name) for name, _ in rows)
    longest = max(len(version) for _, version in rows)
    rows.insert(1, ("-" * wide, "-" * longest))
    return "\n".join(f"{name:<{wide}} {version}" for name, version in rows)


def frozen(found: dict[str, Installed]) -> str:
    """As ``pip freeze`` shows them."""
    return "\n".join(item.pinned() for item in _ordered(found))


def as_json(found: dict[str, Installed]) -> str:
    """As ``pip list --format=json`` shows them."""
    return json.dumps([{"name": item.name, "version": item.version} for item in _ordered(found)])


LIST_FORMATS: dict[str, Callable[[dict[str, Installed]], str]] = {
    "columns": columns,
    "freeze": frozen,
    "json": as_json,
}


def details(item: Installed, found: dict[str, Installed]) -> str:
    """As ``pip show`` shows one package."""
    users = [
        other.name
        for other in _ordered(found)
        if any(canonicalize_name(need.name) == item.key for need in other.needs())
    ]
    fields = {
        "Name": item.name,
        "Version": item.version,
        "Summary": item.field("Summary"),
        "Home-page": item.field("Home-page"),
        "Author": item.field("Author"),
        "License": item.field("License-Expression") or item.field("License").partition("\n")[0],
        "Location": str(item.location),
        "Requires": ", ".join(sorted(need.name for need in item.needs())),
        "Required-by": ", ".join(users),
    }
    return "\n".join(f"{name}: {value}".rstrip() for name, value in fields.items())


def conflicts(found: dict[str, Installed]) -> list[str]:
    """What ``pip check`` complains of, a line each."""
    complaints = []
    for item in _ordered(found):
        for need in item.needs():
            other = found.get(canonicalize_name(need.name))
            if other is None:
                complaints.append(
                    f"{item.name} {item.version} requires {need.name}, which is not installed."
                )
            elif not need.specifier.contains(other.version, prereleases=True):
                complaints.append(
                    f"{item.name} {item.version} has requirement {need.name}{need.specifier}, "
                    f"but you have {other.name} {other.version}."
                )
    return complaints


def _ordered(found: dict[str, Installed]) -> list[Installed]:
    return [found[key] for key in sorted(found)]
