"""Running uv, line by line, without letting credentials through."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version as version_of
from pathlib import Path

from uv import find_uv_bin

from brickyard.runtime.errors import MagicError

_CREDENTIALS = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?:[^\s/@:]*:)?[^\s/]*@", re.IGNORECASE
)
# What a user may like to see go by; the rest is summed up at the end.
_PROGRESS = re.compile(
    r"\s*(Resolved|Prepared|Building|Built|Updating|Updated|Downloading|warning:)"
)
# pip's variables, for uv reads only its own.
_FROM_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_NO_INDEX": "UV_NO_INDEX",
    "PIP_TRUSTED_HOST": "UV_INSECURE_HOST",
    "PIP_CONSTRAINT": "UV_CONSTRAINT",
    "PIP_CERT": "SSL_CERT_FILE",
}
# They lead to another environment than the run's, or belong to the notebook's own Python.
_NOT_FOR_UV = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX")


def without_credentials(text: str) -> str:
    """A text whose addresses hold no user names and passwords."""
    return _CREDENTIALS.sub(r"\g<scheme>****@", text)


def run_uv(words: list[str], say: Callable[[str], None]) -> list[str]:
    """Run ``uv pip`` for this interpreter.

    Args:
        words: What stands after ``uv pip``.
        say: Takes lines of progress as they come.

    Returns:
        The lines it wrote.

    Raises:
        MagicError: It failed; the message is what it wrote, without credentials.
    """
    verb, *rest = words
    command = [find_uv_bin(), "pip", verb, "--python", sys.executable]
    lines: list[str] = []
    with subprocess.Popen(
        [*command, "--no-progress", "--color", "never", *rest],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=uv_environment(os.environ),
    ) as process:
        assert process.stdout is not None  # noqa: S101 - asked for above
        try:
            for raw in process.stdout:
                line = without_credentials(raw.rstrip("\n"))
                lines.append(line)
                if _PROGRESS.match(line):
                    say(line.strip())
        except BaseException:  # cancelled: the notebook's process may live on
            process.kill()
            raise
    if process.returncode != 0:
        raise MagicError(f"%pip {verb} failed: {_in_short(lines)}")
    return lines


def _is_there(place: str) -> bool:
    return "://" in place or Path(place).exists()


def _in_short(lines: list[str]) -> str:
    """What uv complains of, its first sentence on the first line: that is all some pages show."""
    said = "\n".join(line for line in lines if line and not line.startswith("Using "))
    return re.sub(r"\s*\n\s+(cause: )?", lambda m: ": " if m[1] else " ", said).strip()


def version() -> str:
    """Which uv it is, and for which Python."""
    python = ".".join(map(str, sys.version_info[:2]))
    return f"pip (uv {version_of('uv')}) from {Path(sys.prefix)} (python {python})"


def uv_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What uv is started with: pip's settings count, as far as uv's own say nothing else.

    Args:
        environment: Variables of this process.
    """
    own = {key: value for key, value in environment.items() if key not in _NOT_FOR_UV}
    for theirs, ours in _FROM_PIP.items():
        if own.get(theirs):
            own.setdefault(ours, own[theirs])
    if "PIP_FIND_LINKS" in own and "UV_FIND_LINKS" not in environment:
        # pip separates by blanks and passes over a folder that is not there; uv does neither.
        places = [place for place in own["PIP_FIND_LINKS"].split() if _is_there(place)]
        own["UV_FIND_LINKS"] = ",".join(places)
    # A hard link would let a notebook that edits its library spoil the cache for all.
    own.setdefault("UV_LINK_MODE", "copy")
    # As pip: the best version of all indexes, not the first index that has the name.
    own.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return own
