"""Options that several commands share, and what they resolve to."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from brickyard.delivery.project import PROJECT_FILE, find_project
from brickyard.errors import BrickyardError

Command = TypeVar("Command", bound=Callable[..., Any])

_wanted = {"traceback": False}


def wants_traceback() -> bool:
    """Whether ``-v`` was given, before or after the command's name."""
    return _wanted["traceback"]


def _note_verbose(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    del param
    # The group is read first: its value begins anew, a command's can only add to it.
    _wanted["traceback"] = value or (ctx.parent is not None and _wanted["traceback"])


def verbose_option(command: Command) -> Command:
    """``-v``: show the traceback of an error."""
    return click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_note_verbose,
        help="Show the traceback of an error.",
    )(command)


def home_option(command: Command) -> Command:
    """``--home``: the local workspace's home folder."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        help=(
            "Home folder of the local workspace. "
            "[env: BRICKYARD_HOME; default: .brickyard/workspace beside brickyard.toml]"
        ),
    )(command)


def project_option(command: Command) -> Command:
    """``--project``: the project's folder."""
    return click.option(
        "--project",
        "folder",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help=f"The project's folder, or one below. [default: that of the nearest {PROJECT_FILE}]",
    )(command)


def target_option(command: Command) -> Command:
    """``--target``: where to deliver to."""
    return click.option(
        "--target", metavar="NAME", help="Target of the project. [default: local, or the only one]"
    )(command)


def resolve_home(home: Path | None, start: Path | None = None) -> Path:
    """The home folder meant.

    Args:
        home: What ``--home`` says.
        start: Where to look for a project from; the current folder when None.

    Returns:
        The option, else ``$BRICKYARD_HOME``, else ``.brickyard/workspace`` beside the nearest
        project file, else the same below the user's own home.
    """
    if home is not None:
        return home.expanduser().resolve()
    if named := os.environ.get("BRICKYARD_HOME"):
        return Path(named).expanduser().resolve()
    try:
        beside = find_project(start or Path.cwd()).parent
    except BrickyardError:
        beside = Path.home()
    return beside / ".brickyard" / "workspace"
