"""A workspace of one's own: started as a child process, and stopped whatever happens."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from brickyard.cli.local import Address, local_address
from brickyard.errors import BrickyardError

DEFAULT_PORT = 8765
_READY_S = 60.0
_STOP_S = 15.0
_SHOWN_LINES = 15


@contextmanager
def own_workspace(home: Path, port: int | None = None) -> Iterator[Address]:
    """Serve a home while the block runs.

    Args:
        home: The home folder.
        port: The port to serve on, 0 for a free one; None takes the usual one when it is free, so
            that addresses shown now are right later too.

    Yields:
        How to reach it.

    Raises:
        BrickyardError: It does not come up; the message ends with what it said.
    """
    home.mkdir(parents=True, exist_ok=True)
    with _terminable():
        child = _started(home, port)
        try:
            yield local_address(home)
        finally:
            _stop(child)


def _started(home: Path, port: int | None) -> subprocess.Popen[bytes]:
    chosen = port if port is not None else DEFAULT_PORT if _is_free(DEFAULT_PORT) else 0
    log = home / "demo.log"
    command = [sys.executable, "-m", "brickyard", "up", "--home", str(home), "--port", str(chosen)]
    with log.open("wb") as errors:
        # A session of its own: Ctrl-C reaches this process only, which then stops the child.
        child = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
        )
    try:
        _wait_ready(child, log)
    except BaseException as exc:
        _stop(child)
        if isinstance(exc, BrickyardError) and port is None and chosen and not _is_free(chosen):
            return _started(home, 0)  # somebody took the port between asking and serving
        raise
    return child


def _wait_ready(child: subprocess.Popen[bytes], log: Path) -> None:
    if child.stdout is None:
        raise BrickyardError("The workspace was started without a pipe to say that it is ready.")
    give_up = time.monotonic() + _READY_S
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while time.monotonic() < give_up:
            # It prints its address once it answers; an end of file says that it died first.
            if selector.select(0.2):
                if child.stdout.readline():
                    return
                break
    said = "\n".join(log.read_text(errors="replace").strip().splitlines()[-_SHOWN_LINES:])
    raise BrickyardError(f"The workspace did not start. It said:\n{said}", f"All of it: {log}")


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    finally:
        if child.stdout is not None:
            child.stdout.close()


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end this process as Ctrl-C does, so that what must be cleaned up is."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server does it: a connection that lingers from before does not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def brickyard_command() -> str:
    """How the user calls Brickyard, as short as it can be said from the current folder."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{os.path.relpath(sys.executable)} -m brickyard"
    on_path = any(
        (Path(folder) / "brickyard").resolve() == called.resolve()
        for folder in os.get_exec_path()
        if folder
    )
    return "brickyard" if on_path else os.path.relpath(called)
