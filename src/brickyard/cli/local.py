"""Finding the local workspace that serves a home, and clients for targets."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from brickyard.delivery.project import Target
from brickyard.errors import BrickyardError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_CONNECT_S = 2.0


@dataclass(frozen=True)
class Address:
    """How to reach a local workspace.

    Attributes:
        url: Its address.
        token: Its token.
    """

    url: str
    token: str


def serving(home: Path) -> Address | None:
    """The workspace that serves a home now; None when there is none."""
    from brickyard.workspace.home import read_address

    said = read_address(home)
    # A killed workspace leaves its file behind, so the address is tried.
    if said is None or not _answers(str(said["url"])):
        return None
    try:
        token = (home / "token").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    return Address(str(said["url"]), token)


def local_address(home: Path) -> Address:
    """The workspace that serves a home now.

    Raises:
        BrickyardError: None does.
    """
    address = serving(home)
    if address is None:
        raise BrickyardError(
            f"No workspace is serving {home}.", f"Start one: brickyard up --home {home}"
        )
    return address


def client_for(target: Target, home: Path, *, named: bool = False) -> WorkspaceClient:
    """A client for a target; for ``local`` the workspace that serves the home.

    ``DATABRICKS_HOST`` and ``DATABRICKS_TOKEN`` win over the home, but for the target ``local``
    only while they name this machine: a shell that is set up for production must not become the
    place where experiments go.

    Args:
        target: The target.
        home: The local workspace's home.
        named: The user named the home in this very call, so it wins over the environment.

    Raises:
        BrickyardError: No workspace serves the home, or no credentials are configured.
    """
    from brickyard.delivery.connect import connect

    if not target.is_local:
        return connect(target)
    host, token = os.environ.get("DATABRICKS_HOST", ""), os.environ.get("DATABRICKS_TOKEN", "")
    if host and token and _is_loopback(host) and not named:
        return connect(target, host=host, token=token)
    address = local_address(home)
    return connect(target, host=address.url, token=address.token)


def _is_loopback(host: str) -> bool:
    name = urlsplit(host if "//" in host else f"//{host}").hostname or ""
    return name in {"localhost", "::1"} or name.startswith("127.")


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 80), _CONNECT_S):
            return True
    except OSError:
        return False
