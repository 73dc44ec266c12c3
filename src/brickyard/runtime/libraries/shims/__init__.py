"""``pip`` as a run's shells and programs find it: it fills the run's own folder.

On the platform ``!pip``, ``%sh pip`` and ``python -m pip`` change the driver's Python, which the
notebook shares. Here that would be the server's own environment, for all runs: so a command ``pip``
(and ``uv``, for ``uv pip``) stands first on ``PATH``, and a module ``pip`` first on the path of
modules. In a virtual environment that the notebook has made itself both step aside.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shlex
import sys
from dataclasses import asdict
from pathlib import Path

from uv import find_uv_bin

from brickyard.runtime.paths import Roots

MODULES = Path(__file__).parent / "modules"
SETTINGS = "BRICKYARD_PIP"

_COMMAND = "-I -m brickyard.runtime.libraries.command"
_PIP = '#!/bin/sh\nexec {python} {command} "$@"\n'
_UV = """#!/bin/sh
if [ "$1" = pip ]; then shift; exec {python} {command} "$@"; fi
exec {uv} "$@"
"""
# A shell whose variables name the server's environment would change that one.
_NOT_FOR_RUNS = ("VIRTUAL_ENV", "CONDA_PREFIX")


def activate(folder: Path, roots: Roots) -> None:
    """Put ``pip`` in front, for this process and its children.

    Args:
        folder: The run's library folder.
        roots: Roots of the platform's paths.
    """
    os.environ[SETTINGS] = json.dumps(
        {
            "folder": str(folder),
            "prefix": sys.prefix,
            "roots": {name: str(root) for name, root in asdict(roots).items()},
        }
    )
    for name in _NOT_FOR_RUNS:
        os.environ.pop(name, None)
    modules = str(MODULES)
    sys.path[:] = [modules, *(entry for entry in sys.path if entry != modules)]
    put_first("PYTHONPATH", modules)
    put_first("PATH", str(commands(roots.tmp)))


@functools.cache
def commands(scratch: Path) -> Path:
    """A folder with the commands for this interpreter, the same for all runs.

    Args:
        scratch: Where it is made.
    """
    words = {"python": shlex.quote(sys.executable), "command": _COMMAND}
    pip, uv = _PIP.format(**words), _UV.format(**words, uv=shlex.quote(find_uv_bin()))
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    scripts = {"pip": pip, "pip3": pip, f"pip{version}": pip, "uv": uv}
    name = hashlib.sha256((pip + uv).encode()).hexdigest()[:16]
    folder = scratch / f"pip-{name}"
    if not folder.is_dir():
        aside = scratch / f"pip-{name}.{os.getpid()}"
        aside.mkdir(parents=True, exist_ok=True)
        for command, script in scripts.items():
            (aside / command).write_text(script)
            (aside / command).chmod(0o755)
        try:
            aside.rename(folder)
        except OSError:  # another run was faster
            for command in scripts:
                (aside / command).unlink()
            aside.rmdir()
    return folder


def put_first(variable: str, entry: str) -> None:
    """Put a folder first in a variable of the environment that lists folders."""
    others = os.environ.get(variable, "").split(os.pathsep)
    kept = [part for part in others if part and part != entry]
    os.environ[variable] = os.pathsep.join([entry, *kept])
