"""Stands before pip on the path of a run's programs; see ``brickyard.runtime.libraries.shims``."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

__version__ = "0"  # no pip's: programs that ask want to know whether there is one

_HERE = str(Path(__file__).resolve().parents[1])


def main(args: Sequence[str] | None = None) -> int:
    """Do what pip does, on the run's own folder."""
    words = sys.argv[1:] if args is None else args
    command = [sys.executable, "-I", "-m", "brickyard.runtime.libraries.command"]
    return subprocess.call([*command, *words])


def _step_aside() -> None:
    """Let the pip of another environment take this module's place."""
    sys.path[:] = [entry for entry in sys.path if entry != _HERE]
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(part for part in others if part != _HERE)
    del sys.modules[__name__]
    importlib.import_module(__name__)


if json.loads(os.environ.get("BRICKYARD_PIP", "{}")).get("prefix") != sys.prefix:
    _step_aside()
