"""The kinds of libraries, and what each means to uv. Source: the SDK's ``compute.Library``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from brickyard import wire
from brickyard.errors import BrickyardError, did_you_mean
from brickyard.workspace.api.errors import invalid, malformed
from brickyard.workspace.compute.environments import Item, Sources, read_requirements

_NO_JVM = ("jar", "maven")
_KINDS = ("pypi", "whl", "requirements", "egg", "cran", *_NO_JVM)


@dataclass(frozen=True)
class Library:
    """A library as a cluster is asked for it.

    Attributes:
        kind: ``pypi``, ``whl``, ``requirements``, ``jar``, ``maven``, ``cran`` or ``egg``.
        content: The ``Library`` object as it was sent.
    """

    kind: str
    content: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The same for equal libraries."""
        return json.dumps(self.content, sort_keys=True)

    @property
    def shown(self) -> str:
        """How messages call it, as the platform's do."""
        value = self.content[self.kind]
        if isinstance(value, str):
            return f'{self.kind}: "{value}"'
        fields = ", ".join(f'{name}: "{text}"' for name, text in value.items())
        return f"{self.kind} {{{fields}}}"

    def item(self, sources: Sources) -> Item:
        """What uv is to install; local files are copied now.

        Raises:
            BrickyardError: The library cannot be installed here, or names what is not there.
        """
        value = self.content[self.kind]
        if self.kind == "pypi":
            return _pypi(value)
        if self.kind == "whl":
            return _wheel(value, sources)
        if self.kind == "requirements":
            return _requirements(value, sources)
        raise BrickyardError(*_refusal(self.kind))


def read_libraries(raw: object) -> list[Library]:
    """The ``libraries`` of a request.

    Imports the SDK's types at first use, which takes a second: call it in a thread.

    Raises:
        ApiError: Not a list of libraries, each of one kind.
    """
    if not isinstance(raw, list):
        raise malformed(
            f"Could not parse request object: Expected array for field 'libraries', "
            f"found {wire.json_type(raw).upper()}"
        )
    kind = wire.sdk_types("compute").Library
    for position, each in enumerate(raw):
        for problem in wire.check(each, kind, f"libraries[{position}]"):
            if problem.kind == "type":
                raise malformed(f"Could not parse request object: {problem}")
    return check_libraries(raw, "libraries")


def check_libraries(raw: Sequence[Mapping[str, Any]], where: str) -> list[Library]:
    """Libraries whose types have been checked.

    Args:
        raw: ``Library`` objects.
        where: How a refusal calls them.

    Raises:
        ApiError: One has no kind, several, or an empty one.
    """
    found = []
    for position, each in enumerate(raw):
        kinds = [kind for kind in _KINDS if each.get(kind)]
        if len(kinds) != 1:
            hint = did_you_mean(next(iter(each), ""), _KINDS)
            raise invalid(f"{where}[{position}] must have exactly one kind of library. {hint}")
        value = each[kinds[0]]
        needed = {"pypi": "package", "maven": "coordinates", "cran": "package"}.get(kinds[0])
        if needed is not None and not value.get(needed):
            raise invalid(f"{where}[{position}].{kinds[0]}.{needed} is missing.")
        found.append(Library(kinds[0], {kinds[0]: value}))
    return found


def _pypi(value: Mapping[str, str]) -> Item:
    package, repo = value["package"].strip(), value.get("repo", "").strip()
    try:
        Requirement(package)
    except InvalidRequirement as exc:
        raise BrickyardError(
            f"{package!r} is not a package of PyPI: {str(exc).splitlines()[0]}",
            "Write it as 'name' or 'name==1.2.3'.",
        ) from exc
    if not repo:
        return Item.of(package)
    if not repo.startswith(("http://", "https://", "file:///")) or repo.split() != [repo]:
        raise BrickyardError(
            f"The repo {repo!r} is not the address of a package index.",
            "Write it as https://host/simple.",
        )
    return Item.of(f"--index-url {repo}", package)


def _wheel(address: str, sources: Sources) -> Item:
    if not address.endswith(".whl"):
        raise BrickyardError(f"{address} is not a wheel.", "The name of a wheel ends with .whl.")
    _only_from(address, ("dbfs:/", "/dbfs/", "abfss://", "file:/", "/Workspace/", "/Volumes/"))
    return Item((sources.archive(address),))


def _requirements(address: str, sources: Sources) -> Item:
    _only_from(address, ("/Workspace/", "/Volumes/", "dbfs:/Volumes/", "file:/Workspace/"))
    return read_requirements(Path(sources.to_local(address)), sources, address)


def _only_from(address: str, starts: tuple[str, ...]) -> None:
    if not address.startswith(starts):
        raise BrickyardError(
            f"{address} is not where such a library can come from.",
            f"Its address begins with one of: {', '.join(starts)}.",
        )


def _refusal(kind: str) -> tuple[str, str]:
    if kind == "egg":
        return (
            "Egg libraries are not supported, as on Databricks Runtime 14.0 and above.",
            "Build a wheel, and name that.",
        )
    lacks = "JVM" if kind in _NO_JVM else "R"
    return (
        f"A {kind} library cannot be installed: the local workspace has no {lacks}.",
        "Leave it out of the cluster for the local workspace.",
    )
