"""Building a project's packages into wheels, each once per content."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from brickyard.delivery.errors import BuildError
from brickyard.delivery.project import Package
from brickyard.delivery.sources import copy_sources, source_hash
from brickyard.delivery.stamp import stamp
from brickyard.errors import BrickyardError, MissingExtraError

_TIMEOUT_S = 600.0
_SHOWN_LINES = 25
# Part of the cache key: a new way of building must not find the old way's wheels.
_RECIPE = "1"


@dataclass(frozen=True)
class Wheel:
    """A built wheel.

    Attributes:
        package: The package's name in the project file.
        path: The file, in the project's cache.
        version: With the content's local segment.
        built: Whether it was built now; False when the cache had it.
    """

    package: str
    path: Path
    version: str
    built: bool


def build_wheels(
    packages: Iterable[Package],
    cache: Path,
    told: Callable[[Wheel], None] = lambda _: None,
) -> dict[str, Wheel]:
    """Build every package, in parallel.

    Args:
        packages: What to build.
        cache: Folder of wheels by source hash.
        told: Called with each wheel as it is ready, from the calling thread.

    Returns:
        Package name to wheel, in the order given.

    Raises:
        BuildError: A package does not build, or two make the same distribution.
    """
    wanted = list(packages)
    with ThreadPoolExecutor(max_workers=max(1, min(len(wanted), os.cpu_count() or 1))) as pool:
        wheels = {}
        for wheel in pool.map(lambda package: build_wheel(package, cache), wanted):
            wheels[wheel.package] = wheel
            told(wheel)
    _refuse_twins(wheels)
    return wheels


def build_wheel(package: Package, cache: Path) -> Wheel:
    """Build one package, or take its wheel from the cache.

    The sources are copied first: the tree stays clean, and nothing stale from an earlier ``build/``
    slips in. The same sources give the same version and the same bytes.

    Raises:
        BuildError: The backend fails; the message ends with what it said.
    """
    slot = cache / f"{package.name}-{source_hash(package.path)[:20]}-{_RECIPE}"
    cache.mkdir(parents=True, exist_ok=True)
    built = not slot.is_dir()
    if built:
        _fill(package, slot)
    wheels = list(slot.glob("*.whl"))
    if len(wheels) != 1:
        raise BuildError(
            f"The cache folder {slot} holds {len(wheels)} wheels instead of one.", "Delete it."
        )
    return Wheel(package.name, wheels[0], wheels[0].name.split("-")[1], built)


def uv_binary() -> str:
    """The uv of this environment, else the one on the path.

    Raises:
        MissingExtraError: There is none.
    """
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if found is None:
        raise MissingExtraError("uv", "local")
    return found


def _fill(package: Package, slot: Path) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="brickyard-build-") as scratch,
        tempfile.TemporaryDirectory(prefix=".building-", dir=slot.parent) as aside,
    ):
        copy_sources(package.path, Path(scratch) / "src")
        raw = _build(package, Path(scratch) / "src", Path(scratch) / "out")
        ready = Path(aside) / "slot"
        ready.mkdir()
        stamp(raw, ready)
        try:
            ready.rename(slot)
        except OSError:
            if not slot.is_dir():  # otherwise another process was first, with the same wheel
                raise


def _build(package: Package, source: Path, out: Path) -> Path:
    command = [uv_binary(), "build", "--wheel", "--python", sys.executable]
    if _backend_here(source / "pyproject.toml"):
        command.append("--no-build-isolation")
    command += ["--out-dir", str(out), str(source)]
    # A fixed time of build and hash seed: backends that write either then repeat themselves.
    env = {**os.environ, "SOURCE_DATE_EPOCH": "315532800", "PYTHONHASHSEED": "0"}
    if "PIP_INDEX_URL" in env:
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=env, timeout=_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise BuildError(
            f"Package {package.name!r} ({package.path}) still builds after {_TIMEOUT_S:.0f} s."
        ) from exc
    wheels = list(out.glob("*.whl"))
    if done.returncode != 0 or len(wheels) != 1:
        lines = f"{done.stdout}\n{done.stderr}".replace(str(source), str(package.path)).split("\n")
        said = "\n".join([line for line in lines if line.strip()][-_SHOWN_LINES:])
        raise BuildError(f"Package {package.name!r} ({package.path}) does not build:\n{said}")
    return wheels[0]


def _backend_here(pyproject: Path) -> bool:
    """Whether this environment meets the build requirements, so that nothing is downloaded."""
    try:
        from packaging.requirements import Requirement
    except ImportError:
        return False
    try:
        system = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("build-system", {})
    except (OSError, ValueError):
        return False  # the backend's own message says it best
    for text in system.get("requires", ["setuptools", "wheel"]):
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate():
            continue
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            return False
        if not requirement.specifier.contains(version, prereleases=True):
            return False
    return True


def _refuse_twins(wheels: Mapping[str, Wheel]) -> None:
    owners: dict[str, str] = {}
    for wheel in wheels.values():
        name = wheel.path.name.split("-")[0]
        if name in owners:
            raise BrickyardError(
                f"Packages {owners[name]!r} and {wheel.package!r} both make the distribution "
                f"{name!r}.",
                "Give one of them another name in its pyproject.toml.",
            )
        owners[name] = wheel.package
