"""Continuous integration of a project: lint, tests, wheels, templates, notebooks; no workspace."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brickyard.delivery.deploy import build, validate
from brickyard.delivery.notebooks import check_notebook, find_notebooks
from brickyard.delivery.project import Project
from brickyard.errors import BrickyardError

_NO_TESTS = 5  # pytest's exit code when it collected none


@dataclass(frozen=True)
class StepResult:
    """How one step went.

    Attributes:
        name: The step's.
        passed: Whether it passed.
        seconds: How long it took.
        output: What it said; shown when it failed.
    """

    name: str
    passed: bool
    seconds: float
    output: str

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return dict(vars(self))


@dataclass(frozen=True)
class CiResult:
    """How all steps went.

    Attributes:
        steps: In the order of listing, not of ending.
        seconds: From beginning to end.
        junit: The folder of JUnit files, one for each folder of tests.
    """

    steps: tuple[StepResult, ...]
    seconds: float
    junit: Path

    @property
    def passed(self) -> bool:
        """Whether every step passed."""
        return all(step.passed for step in self.steps)

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "passed": self.passed,
            "seconds": self.seconds,
            "junit": str(self.junit),
            "steps": [step.as_dict() for step in self.steps],
        }


@dataclass(frozen=True)
class _Step:
    name: str
    work: Callable[[], tuple[bool, str]]


def run_ci(
    project: Project,
    told: Callable[[str, StepResult | None], None] = lambda _name, _result: None,
) -> CiResult:
    """Check a project.

    Steps run side by side, as many as there are cores; the long ones (tests) start first.

    Args:
        project: What to check.
        told: Called with a step's name as it begins (and None) and as it ends (and its result);
            from several threads.

    Returns:
        Every step's result; a failed step does not stop the others.
    """
    began = time.monotonic()
    junit = project.scratch / "ci"
    junit.mkdir(parents=True, exist_ok=True)
    steps = [*_tests(project, junit), _packaging(project), _notebooks(project), *_lint(project)]
    with ThreadPoolExecutor(max_workers=max(1, os.cpu_count() or 1)) as pool:
        running: list[Future[StepResult]] = [pool.submit(_run, step, told) for step in steps]
        results = tuple(future.result() for future in running)
    return CiResult(results, round(time.monotonic() - began, 3), junit)


def _run(step: _Step, told: Callable[[str, StepResult | None], None]) -> StepResult:
    told(step.name, None)
    began = time.monotonic()
    try:
        passed, output = step.work()
    except BrickyardError as exc:
        passed, output = False, str(exc)
    result = StepResult(step.name, passed, round(time.monotonic() - began, 3), output)
    told(step.name, result)
    return result


def _tests(project: Project, junit: Path) -> list[_Step]:
    return [_test(project, folder, junit) for folder in project.checks.tests]


def _test(project: Project, folder: Path, junit: Path) -> _Step:
    relative = folder.relative_to(project.root)
    report = junit / f"{str(relative).replace(os.sep, '-')}.xml"
    # Each package's sources come first, so that what is tested is what is built here, not what
    # happens to be installed.
    sources = [p.path / "src" for p in project.packages.values() if (p.path / "src").is_dir()]
    path = os.pathsep.join([*map(str, sources), os.environ.get("PYTHONPATH", "")]).rstrip(
        os.pathsep
    )

    def work() -> tuple[bool, str]:
        # A report of an earlier run must not pass for this one's.
        report.unlink(missing_ok=True)
        arguments = [f"--junitxml={report}", "-q", "-p", "no:cacheprovider", str(folder)]
        # Without pytest-xdist the tests are the same, only slower.
        if project.checks.test_workers > 1 and importlib.util.find_spec("xdist"):
            arguments += ["-n", str(project.checks.test_workers), "--dist=worksteal"]
            arguments += ["-p", "brickyard.delivery.xdist_main"]
        code, output = _tool("pytest", arguments, project.root, {"PYTHONPATH": path})
        if code == _NO_TESTS:
            return False, f"{folder} holds no tests.\n{output}"
        return code == 0, output

    return _Step(f"tests {relative}", work)


def _lint(project: Project) -> list[_Step]:
    paths = [str(path) for path in project.checks.lint]
    if not paths:
        return []

    def check() -> tuple[bool, str]:
        code, output = _tool("ruff", ["check", "--no-cache", *paths], project.root)
        return code == 0, output

    def formatted() -> tuple[bool, str]:
        code, output = _tool("ruff", ["format", "--check", "--no-cache", *paths], project.root)
        return code == 0, output

    steps = [_Step("lint", check)]
    return [*steps, _Step("format", formatted)] if project.checks.format_check else steps


def _packaging(project: Project) -> _Step:
    def work() -> tuple[bool, str]:
        lines: list[str] = []
        built = build(project, lines.append)
        for target in project.targets.values():
            validate(project, target, built)
            lines.append(f"{len(project.jobs)} job templates valid for target {target.name}")
        return True, "\n".join(lines)

    return _Step("wheels and jobs", work)


def _notebooks(project: Project) -> _Step:
    def work() -> tuple[bool, str]:
        files = find_notebooks(project.notebooks) if project.notebooks else []
        faults = [str(fault) for file in files for fault in check_notebook(file)]
        return not faults, "\n".join(faults) or f"{len(files)} files parse"

    return _Step("notebooks", work)


def _tool(
    module: str, arguments: Sequence[str], folder: Path, env: dict[str, str] | None = None
) -> tuple[int, str]:
    """Run a Python tool of this environment, capturing what it says."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if f"No module named {module}" in done.stdout and done.returncode != 0:
        return done.returncode, f"{module} is not installed. Install it with: pip install {module}"
    return done.returncode, done.stdout.strip()
