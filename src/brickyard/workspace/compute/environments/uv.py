"""Calling uv from the server: an installation, and the settings that decide what comes of it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from brickyard.errors import BrickyardError
from brickyard.runtime.libraries.uv import uv_environment, without_credentials

_LONGEST_MESSAGE = 4000  # characters
_LONGEST_LINE = 16 * 1024 * 1024  # bytes; a compiler's command can be long
# What decides where packages come from, and so what an environment holds.
_DECISIVE = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_NO_INDEX",
    "UV_INDEX_STRATEGY",
    "UV_PRERELEASE",
    "UV_RESOLUTION",
    "UV_EXCLUDE_NEWER",
    "UV_CONSTRAINT",
    "UV_OVERRIDE",
)


class UvError(BrickyardError):
    """uv could not install; the message is uv's, without credentials."""


def decisive(environment: Mapping[str, str]) -> list[str]:
    """The settings that decide what an environment holds, without credentials, which change.

    Args:
        environment: Variables of the server.
    """
    own = uv_environment(environment)
    return [f"{name}={without_credentials(own[name])}" for name in _DECISIVE if own.get(name)]


async def install(
    python: Path,
    lines: Sequence[str],
    environment: Mapping[str, str],
    told: Callable[[str], None] = lambda _line: None,
) -> None:
    """Install into an environment.

    Args:
        python: The environment's interpreter.
        lines: A requirements file's lines; paths in it are absolute.
        environment: Variables for uv.
        told: Gets each line that uv says.

    Raises:
        UvError: uv failed.
    """
    from uv import find_uv_bin

    child = await asyncio.create_subprocess_exec(
        *(find_uv_bin(), "pip", "install", "--color", "never", "--no-progress"),
        *("--python", str(python), "-r", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        # Not the server's folder, whose pyproject.toml would have a say.
        cwd=python.parent,
        env=uv_environment(environment),
        start_new_session=True,
        limit=_LONGEST_LINE,
    )
    try:
        said = await _converse(child, "".join(f"{line}\n" for line in lines), told)
        status = await child.wait()
    finally:
        with contextlib.suppress(ProcessLookupError):  # and what it builds packages with
            os.killpg(child.pid, signal.SIGKILL)
        if child.returncode is None:
            await child.wait()
    if status != 0:
        raise UvError(_reason(said, status))


async def _converse(
    child: asyncio.subprocess.Process, text: str, told: Callable[[str], None]
) -> list[str]:
    if child.stdin is None or child.stderr is None:
        raise UvError("uv was started without pipes.")
    with contextlib.suppress(ConnectionError):  # it has ended already, and says why
        child.stdin.write(text.encode())
        await child.stdin.drain()
    child.stdin.close()
    said = []
    while chunk := await child.stderr.readline():
        line = without_credentials(chunk.decode("utf-8", "replace").rstrip())
        said.append(line)
        told(line)
    return said


def _reason(said: list[str], status: int) -> str:
    kept = [line for line in said if not line.startswith("Using Python ")]
    text = "\n".join(kept).strip().removeprefix("error: ") or f"uv ended with status {status}."
    if len(text) > _LONGEST_MESSAGE:
        text = text[:_LONGEST_MESSAGE] + "\n… (cut short)"
    return text
