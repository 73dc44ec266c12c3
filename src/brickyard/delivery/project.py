"""The project file ``brickyard.toml``: what to build, what to deliver, and where to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from brickyard.delivery.tables import Document, Table
from brickyard.errors import BrickyardError, did_you_mean

PROJECT_FILE = "brickyard.toml"
LOCAL = "local"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
Value = str | int | float | bool


@dataclass(frozen=True)
class Package:
    """A Python package that becomes one wheel.

    Attributes:
        name: How templates refer to it: ``${wheels.NAME}``.
        path: Its folder, with a ``pyproject.toml``.
    """

    name: str
    path: Path


@dataclass(frozen=True)
class Job:
    """A job to deliver.

    Attributes:
        name: How commands refer to it; also the value of its ``brickyard_job`` tag.
        template: The JSON template of its settings.
    """

    name: str
    template: Path


@dataclass(frozen=True)
class Target:
    """A workspace to deliver to.

    Attributes:
        name: How commands refer to it.
        host: The workspace's address; None leaves it to environment and profile.
        profile: A profile of ``~/.databrickscfg``; None leaves it to the SDK.
        root: The folder of releases in the workspace; None takes the user's own.
        existing_cluster_id: The cluster jobs run on, by id.
        cluster_name: The cluster jobs run on, by name.
        cluster: The settings of a cluster to find by its name or create once.
        vars: Values of ``${var.NAME}``: the project's, with the target's own on top.
    """

    name: str
    host: str | None = None
    profile: str | None = None
    root: str | None = None
    existing_cluster_id: str | None = None
    cluster_name: str | None = None
    cluster: Mapping[str, Any] | None = None
    vars: Mapping[str, Value] = field(default_factory=dict)

    @property
    def is_local(self) -> bool:
        """Whether the local workspace's own address and token are meant."""
        return self.name == LOCAL and not self.host and not self.profile

    @property
    def has_compute(self) -> bool:
        """Whether the target names a cluster, so that ``${cluster_id}`` has a value."""
        return bool(self.existing_cluster_id or self.cluster_name or self.cluster)


@dataclass(frozen=True)
class Checks:
    """What ``brickyard ci`` checks.

    Attributes:
        lint: Folders and files for ruff.
        tests: Folders and files for pytest.
        format_check: Whether code must be formatted as ``ruff format`` does.
        test_workers: How many processes share the tests of a folder, by pytest-xdist.
    """

    lint: tuple[Path, ...]
    tests: tuple[Path, ...]
    format_check: bool
    test_workers: int = 1


@dataclass(frozen=True)
class Demo:
    """What ``brickyard demo`` runs after deploying.

    Attributes:
        seed: A Python script that uploads data, or None; DATABRICKS_HOST and DATABRICKS_TOKEN say
            where, and each line that it prints is shown.
        seed_to: What the script gets as ``--to``; may hold ``${var.NAME}``.
        train: The training job's name.
        score: The batch-scoring job's name.
    """

    seed: Path | None
    train: str
    score: str
    seed_to: str = ""


@dataclass(frozen=True)
class Project:
    """Everything a project file says.

    Attributes:
        file: The project file.
        name: The project's name; part of tags and of the release folder.
        packages: By name.
        notebooks: The folder of notebooks, or None.
        jobs: By name.
        targets: By name; never empty.
        checks: For continuous integration.
        demo: For the demo, or None.
    """

    file: Path
    name: str
    packages: Mapping[str, Package]
    notebooks: Path | None
    jobs: Mapping[str, Job]
    targets: Mapping[str, Target]
    checks: Checks
    demo: Demo | None = None

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.file.parent

    @property
    def scratch(self) -> Path:
        """Where Brickyard keeps what it makes for this project; safe to delete."""
        return self.root / ".brickyard"

    def target(self, name: str | None) -> Target:
        """The target of that name; without a name ``local``, else the only one.

        Raises:
            BrickyardError: There is none of that name, or none was named and several exist.
        """
        if name is None:
            if LOCAL in self.targets:
                return self.targets[LOCAL]
            if len(self.targets) == 1:
                return next(iter(self.targets.values()))
            names = ", ".join(sorted(self.targets))
            raise BrickyardError(
                f"{self.file} has several targets: {names}.", "Name one with --target NAME."
            )
        if name not in self.targets:
            raise BrickyardError(
                f"{self.file} has no target {name!r}.", did_you_mean(name, self.targets)
            )
        return self.targets[name]

    def job(self, name: str) -> Job:
        """The job of that name.

        Raises:
            BrickyardError: There is none.
        """
        if name not in self.jobs:
            raise BrickyardError(f"{self.file} has no job {name!r}.", did_you_mean(name, self.jobs))
        return self.jobs[name]


def find_project(start: Path) -> Path:
    """The nearest project file at or above a folder.

    Raises:
        BrickyardError: There is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder / PROJECT_FILE
    raise BrickyardError(
        f"No {PROJECT_FILE} in {start} nor in any folder above it.",
        "Change to your project's folder, or name it with --project DIR.",
    )


def read_project(file: Path) -> Project:
    """Read and check a project file.

    Args:
        file: The ``brickyard.toml``.

    Raises:
        ProjectError: It is no TOML, a key is unknown, missing or of the wrong type, or something it
            names does not exist; with line and near match.
    """
    root = Document.read(file.resolve()).root
    root.only({"project", "packages", "notebooks", "jobs", "vars", "targets", "ci", "demo"})
    head = root.table("project")
    head.only({"name"})
    packages = root.tables("packages", _package)
    jobs = root.tables("jobs", _job)
    shared = _vars(root)
    targets = root.tables("targets", lambda name, table: _target(name, table, shared))
    return Project(
        file=root.document.file,
        name=_name(head, head.need("name", str, 'Add [project] with name = "…".'), "name"),
        packages=packages,
        notebooks=_notebooks(root.table("notebooks")),
        jobs=jobs,
        targets=targets or {LOCAL: Target(LOCAL, vars=shared)},
        checks=_checks(root.table("ci"), packages),
        demo=_demo(root.table("demo"), jobs) if "demo" in root.content else None,
    )


def _package(name: str, table: Table) -> Package:
    table.only({"path"})
    path = table.file("path", folder=True)
    if not (path / "pyproject.toml").is_file():
        raise table.fault(
            f"Package {name!r}: {path} has no pyproject.toml.",
            "path",
            "Name the folder that holds it.",
        )
    return Package(name, path)


def _job(name: str, table: Table) -> Job:
    table.only({"template"})
    return Job(_name(table, name), table.file("template"))


def _notebooks(table: Table) -> Path | None:
    table.only({"path"})
    return table.file("path", folder=True) if table.content else None


def _target(name: str, table: Table, shared: Mapping[str, Value]) -> Target:
    compute = ("existing_cluster_id", "cluster_name", "cluster")
    table.only({"host", "profile", "root", "vars", *compute})
    _name(table, name)
    named = [key for key in compute if key in table.content]
    if len(named) > 1:
        raise table.fault(
            f"Target {name!r} names its compute twice: {' and '.join(named)}.",
            named[1],
            "Keep one of them.",
        )
    spec = table.take("cluster", dict)
    if spec is not None:
        _cluster(table.table("cluster"))
    root = table.take("root", str)
    if root is not None and not root.startswith("/Workspace/"):
        raise table.fault(
            f"Target {name!r}: 'root' is {root!r}.", "root", "It must begin with '/Workspace/'."
        )
    return Target(
        name=name,
        host=table.take("host", str),
        profile=table.take("profile", str),
        root=root.rstrip("/") if root else None,
        existing_cluster_id=table.take("existing_cluster_id", str),
        cluster_name=table.take("cluster_name", str),
        cluster=spec,
        vars={**shared, **_vars(table)},
    )


def _cluster(table: Table) -> None:
    # Imported late: the SDK takes a second to import, and most projects have no cluster table.
    from databricks.sdk.service.compute import ClusterSpec

    from brickyard.wire import check

    table.need("cluster_name", str, "Brickyard finds the cluster again by its name.")
    for problem in check(table.content, ClusterSpec):
        key = problem.found if problem.kind == "unknown" and not problem.path else problem.path
        raise table.fault(f"Cluster settings: {problem}", key.partition(".")[0].partition("[")[0])


def _vars(parent: Table) -> dict[str, Value]:
    table = parent.table("vars")
    for key, value in table.content.items():
        if not isinstance(value, str | int | float | bool):
            raise table.fault(
                f"Variable {key!r} is {value!r}, expected text, number or true/false.", key
            )
    return dict(table.content)


def _checks(table: Table, packages: Mapping[str, Package]) -> Checks:
    table.only({"lint", "tests", "format_check", "test_workers"})
    base = table.document.file.parent
    paths = [package.path for package in packages.values()]
    fallback = {
        "lint": paths,
        "tests": [p for p in [*(path / "tests" for path in paths), base / "tests"] if p.is_dir()],
    }

    def chosen(key: str) -> tuple[Path, ...]:
        names = table.strings(key)
        if names is None:
            return tuple(fallback[key])
        for name in names:
            if not (base / name).exists():
                raise table.fault(f"'ci.{key}' names {name!r}: no such file or folder.", key)
        return tuple(base / name for name in names)

    format_check = table.take("format_check", bool)
    workers = table.take("test_workers", int)
    if workers is not None and workers < 1:
        raise table.fault(f"'ci.test_workers' is {workers}, expected 1 or more.", "test_workers")
    return Checks(chosen("lint"), chosen("tests"), format_check is not False, workers or 1)


def _demo(table: Table, jobs: Mapping[str, Job]) -> Demo:
    table.only({"seed", "seed_to", "train", "score"})

    def job(key: str) -> str:
        name = table.need(key, str)
        if name not in jobs:
            raise table.fault(
                f"'demo.{key}' names no job: {name!r}.", key, did_you_mean(name, jobs)
            )
        return name

    seed = table.file("seed") if "seed" in table.content else None
    return Demo(seed, job("train"), job("score"), table.take("seed_to", str) or "")


def _name(table: Table, name: str, key: str | None = None) -> str:
    if not _NAME.fullmatch(name):
        raise table.fault(
            f"The name {name!r} is not allowed.",
            key,
            "Use letters, digits, '_' and '-', beginning with a letter.",
        )
    return name
