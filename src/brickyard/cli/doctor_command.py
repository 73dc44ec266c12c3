"""``brickyard doctor``: what this machine offers, and what to do where it falls short."""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from brickyard.cli.options import home_option, resolve_home, verbose_option
from brickyard.errors import BrickyardError

_PORT = 8765
_DISK_GIB = 2.0
# What the local workspace and its notebooks stand on.
_PACKAGES = ("pysail", "pyspark", "mlflow", "IPython", "pandas", "pyarrow", "deltalake", "uvicorn")


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes:
        name: Of the check.
        level: ``ok``; ``note`` where something works in a lesser way; ``fault``.
        text: What is the case, and what to do.
    """

    name: str
    level: Literal["ok", "note", "fault"]
    text: str


@click.command("doctor")
@home_option
@verbose_option
def command(home: Path | None) -> int:
    """Check Python, packages, port, home folder, path mapping, uv, disk and workspace.

    Exit code 1 when something will not work.
    """
    marks = {"ok": ("✓", "green"), "note": ("!", "yellow"), "fault": ("✗", "red")}
    findings = list(examine(resolve_home(home)))
    for finding in findings:
        mark, colour = marks[finding.level]
        click.echo(f"{click.style(mark, fg=colour)} {finding.name}: {finding.text}")
    return int(any(finding.level == "fault" for finding in findings))


def examine(home: Path) -> Iterator[Finding]:
    """Every check, one after the other.

    Args:
        home: The home folder that a workspace would use.
    """
    checks: tuple[tuple[str, Callable[[Path], Finding]], ...] = (
        ("Python", _python),
        ("packages", _packages),
        ("home", _home),
        ("disk", _disk),
        ("workspace", _workspace),
        ("paths", _paths),
        ("uv", _uv),
    )
    for name, check in checks:
        try:
            yield check(home)
        except (BrickyardError, OSError) as exc:
            yield Finding(name, "fault", str(exc))


def _python(home: Path) -> Finding:
    del home
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", "ok", f"{version} at {sys.executable}")


def _packages(home: Path) -> Finding:
    del home
    missing = [name for name in _PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        text = f"missing {', '.join(missing)}. Install them with: pip install 'brickyard[local]'"
        return Finding("packages", "fault", text)
    return Finding("packages", "ok", "all that the local workspace needs")


def _home(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("home", "fault", f"{nearest} cannot be written. Name another: --home DIR")
    return Finding("home", "ok", f"{home}{'' if home.exists() else ' (not there yet)'}")


def _disk(home: Path) -> Finding:
    nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free / 2**30
    if free < _DISK_GIB:
        text = f"{free:.1f} GiB free; runs and tables need room: {_DISK_GIB:.0f} GiB at least."
        return Finding("disk", "note", text)
    return Finding("disk", "ok", f"{free:.1f} GiB free")


def _workspace(home: Path) -> Finding:
    from brickyard.cli.local import serving

    if (address := serving(home)) is not None:
        return Finding("workspace", "ok", f"serving at {address.url}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", _PORT))
        except OSError as exc:
            text = f"not serving, and port {_PORT} is taken ({exc.strerror}). Use: up --port 0"
            return Finding("workspace", "note", text)
    return Finding("workspace", "ok", f"not serving; port {_PORT} is free for: brickyard up")


def _paths(home: Path) -> Finding:
    del home
    from brickyard.runtime.paths import probe_namespace

    reason = probe_namespace()
    if reason is None:
        return Finding("paths", "ok", "/dbfs, /Workspace and /Volumes by mount namespace")
    text = f"no mount namespace ({reason}); /dbfs and the like work in Python code only."
    return Finding("paths", "note", text)


def _uv(home: Path) -> Finding:
    del home
    from brickyard.delivery.wheels import uv_binary

    return Finding("uv", "ok", uv_binary())
