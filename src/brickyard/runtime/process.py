"""A run's process: from a fresh fork, or a fresh interpreter, to the end of the notebook."""

from __future__ import annotations

import argparse
import ctypes
import faulthandler
import gc
import json
import os
import signal
import socket
import sys
from pathlib import Path

from brickyard.runtime.events import Channel, DescriptorCapture, StreamWriter
from brickyard.runtime.notebook_run import NotebookRun
from brickyard.runtime.paths import PathMap, Roots, enter_namespace, install_fallback
from brickyard.runtime.protocol import Folders, RunSpec, hello
from brickyard.runtime.redaction import Redactor
from brickyard.runtime.shell import NotebookShell
from brickyard.runtime.spark import SparkEngine, SparkSettings

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, however it ends (prctl(2)).

    Args:
        parent: The parent's process id, to notice that it is gone already.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def roots_of(folders: Folders) -> Roots:
    """The roots as the path map wants them."""
    return Roots(
        dbfs=Path(folders.dbfs),
        workspace=Path(folders.workspace),
        volumes=Path(folders.volumes),
        storage=Path(folders.storage),
        tmp=Path(folders.scratch),
    )


class Prepared:
    """All that can be done before it is known which notebook comes.

    Args:
        folders: Roots of the platform's paths.
        shell: The interpreter; None makes one.

    Attributes:
        roots: Roots of the platform's paths.
        namespace: Whether this process sees them under the platform's names.
        shell: The interpreter.
        loaded: Names of the modules that were there before the notebook.
    """

    def __init__(self, folders: Folders, shell: NotebookShell | None = None) -> None:
        self.roots = roots_of(folders)
        # First of all: a mount namespace can be entered only while there is one thread.
        self.namespace = enter_namespace(self.roots)
        if not self.namespace.entered:
            install_fallback(self.roots)
        self.shell = shell or NotebookShell.instance()
        self.loaded = frozenset(sys.modules)

    def run(self, connection: socket.socket) -> None:
        """Read the specification from the run's socket, run the notebook, and return.

        Args:
            connection: The run's socket.
        """
        spec = RunSpec.from_json(_read_line(connection))
        os.environ.update(spec.environment)
        _draw_afresh()
        # A native crash cannot be caught: its place goes out raw, and the workspace shows it.
        faulthandler.enable(connection.fileno(), all_threads=False)
        redactor = Redactor()
        for secret in spec.secrets:
            redactor.add(secret)
        channel = Channel(connection, redactor)
        try:
            channel.send(hello(os.getpid()))
        except BrokenPipeError:
            os._exit(0)  # the workspace has given up on this run
        capture = DescriptorCapture(channel)
        sys.stdout = StreamWriter(channel, "stdout", 1)
        sys.stderr = StreamWriter(channel, "stderr", 2)
        channel.start()
        capture.start()
        self._enter_folder(spec.notebook_path)
        engine = SparkEngine(
            SparkSettings(
                warehouse=Path(spec.folders.warehouse),
                roots=self.roots,
                remote=spec.spark_remote,
            )
        )
        engine.install()  # SparkSession.builder.getOrCreate() is to give the same session
        NotebookRun(
            spec, channel, capture, self.shell, self.loaded, engine, PathMap(self.roots)
        ).run()

    def _enter_folder(self, notebook_path: str) -> None:
        """Work in the notebook's folder, and import from it, as the platform does."""
        folder = Path("/Workspace") / notebook_path.strip("/")
        if not self.namespace.entered:
            folder = self.roots.workspace / notebook_path.strip("/")
        sys.argv = [str(folder)]  # not the zygote's: tools read their name and options there
        if folder.parent.is_dir():
            os.chdir(folder.parent)
            sys.path.append(str(folder.parent))


def _draw_afresh() -> None:
    """Forks share the zygote's state: without a new seed every run would draw the same numbers.

    Python's own ``random`` sees to itself.
    """
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def leave() -> None:
    """End the process at once; interpreter shut-down would wait for engine threads."""
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    os._exit(0)


def _read_line(connection: socket.socket) -> bytes:
    line = bytearray()
    while not line.endswith(b"\n"):
        data = connection.recv(1 << 16)
        if not data:
            os._exit(0)  # the workspace has given up on this run
        line += data
    return bytes(line)


def main() -> None:
    """Entry of a cold process: ``python -m brickyard.runtime.process``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connection", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--folders", required=True)
    options = parser.parse_args()
    die_with_parent(options.parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.set_inheritable(options.connection, False)
    prepared = Prepared(Folders(**json.loads(options.folders)))
    gc.freeze()
    gc.enable()
    prepared.run(socket.socket(fileno=options.connection))
    leave()


if __name__ == "__main__":
    gc.disable()  # until everything is imported
    main()
