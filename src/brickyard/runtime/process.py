"""A run's process: from a fresh fork, or a fresh interpreter, to the end of the notebook."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import faulthandler
import gc
import importlib
import json
import os
import signal
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from brickyard.runtime.dbutils.secrets import SecretUtils
from brickyard.runtime.events import Channel, DescriptorCapture, Outlets, StreamWriter
from brickyard.runtime.libraries import LibraryFolder, shims
from brickyard.runtime.notebook_run import NotebookRun
from brickyard.runtime.paths import (
    NamespaceResult,
    PathMap,
    Roots,
    enter_namespace,
    folders_to_import_from,
    install_fallback,
    install_imports,
)
from brickyard.runtime.protocol import Folders, RunSpec, hello
from brickyard.runtime.redaction import Redactor
from brickyard.runtime.rest import RestClient
from brickyard.runtime.shell import NotebookShell
from brickyard.runtime.spark import SparkEngine, SparkSettings

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# When memory runs out, the kernel is to end a run rather than the workspace.
_OOM_SCORE = b"300"


def die_with_parent(parent: int, number: int = signal.SIGKILL) -> None:
    """Have the kernel signal this process when its parent ends, however it ends (prctl(2)).

    Args:
        parent: The parent's process id, to notice that it is gone already.
        number: The signal.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of what descendants leave behind, so that nobody escapes by a fork."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1)


def settle(parent: int) -> None:
    """Make this process a run's: it and its descendants end with the parent, and before it.

    Args:
        parent: The parent's process id.
    """
    die_with_parent(parent)
    adopt_orphans()
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_bytes(_OOM_SCORE)


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
        entered: This process sees the platform's paths already.

    Attributes:
        roots: Roots of the platform's paths.
        namespace: Whether this process sees them under the platform's names.
        shell: The interpreter.
    """

    def __init__(
        self, folders: Folders, shell: NotebookShell | None = None, *, entered: bool = False
    ) -> None:
        self._folders = folders
        self.roots = roots_of(folders)
        # First of all: a mount namespace can be entered only while there is one thread.
        self.namespace = NamespaceResult(entered) if entered else enter_namespace(self.roots)
        if not self.namespace.entered:
            install_fallback(self.roots)
        install_imports(self.roots)
        self.shell = shell or NotebookShell.instance()
        if not self.namespace.entered:
            self.shell.user_ns.pop("open", None)  # IPython's own, which knows no folder of ours
        self._rehearse()
        self._loaded = frozenset(sys.modules)

    def _rehearse(self) -> None:
        """Do once what each run does first, and so have its memory: a fork gets that page by page.

        Nobody waits for a process that waits itself.
        """
        _draw_afresh()
        shims.commands(self.roots.tmp)
        importlib.invalidate_caches()
        self.shell.run("pass")

    def serve(self, connection: socket.socket) -> None:
        """Say hello, read what to run, and run it.

        The specification is sent to those only whose hello has been read: who was given up on
        before that finds the socket closed, and no run is carried that nobody knows of.

        Args:
            connection: The run's socket.
        """
        outlets = Outlets.receive(connection)
        if outlets is None:
            os._exit(0)  # the workspace has given up on this run
        try:
            connection.sendall(json.dumps(hello(os.getpid())).encode() + b"\n")
        except BrokenPipeError:
            os._exit(0)
        line = _read_line(connection)
        spec = RunSpec.from_json(line)
        libraries = LibraryFolder(Path(spec.libraries), PathMap(self.roots))
        if Path(spec.libraries).exists() and libraries.shadowed(self._loaded):
            self._start_afresh(connection, outlets, line, spec.libraries)
        self.run(connection, outlets, spec)

    def _start_afresh(
        self, connection: socket.socket, outlets: Outlets, line: bytes, libraries: str
    ) -> NoReturn:
        """Become a new interpreter, which imports the run's own copies before anything else."""
        kept = os.memfd_create("brickyard-run", 0)
        os.write(kept, line)
        os.lseek(kept, 0, os.SEEK_SET)
        handed_on = outlets.descriptors
        for descriptor in (connection.fileno(), *handed_on):
            os.set_inheritable(descriptor, True)
        others = os.environ.get("PYTHONPATH")
        path = os.pathsep.join([libraries, others]) if others else libraries
        words: list[object] = [sys.executable, "-P", "-m", "brickyard.runtime.process"]
        words += ["--connection", connection.fileno(), "--spec", kept, "--parent", os.getppid()]
        words += ["--outlets", ",".join(map(str, handed_on))]
        words += ["--folders", json.dumps(asdict(self._folders))]
        if self.namespace.entered:
            words.append("--entered")
        environment = {**os.environ, "PYTHONPATH": path}
        os.execve(sys.executable, list(map(str, words)), environment)  # noqa: S606

    def run(self, connection: socket.socket, outlets: Outlets, spec: RunSpec) -> None:
        """Run a notebook, and return.

        Args:
            connection: The run's socket.
            outlets: What the workspace keeps of the output when the process dies.
            spec: What to run.
        """
        os.environ.update(spec.environment)
        # A native crash cannot be caught: its place goes out raw, and the workspace shows it.
        faulthandler.enable(connection.fileno(), all_threads=False)
        redactor = Redactor()
        for secret in spec.secrets:
            redactor.add(secret)
        channel = Channel(connection, redactor, outlets, spec.output_used)
        capture = DescriptorCapture(channel, outlets)
        sys.stdout = StreamWriter(channel, "stdout", 1)
        sys.stderr = StreamWriter(channel, "stderr", 2)
        channel.start()
        capture.start()
        self._enter_folder(spec.notebook_path)
        client = RestClient(
            spec.environment["DATABRICKS_HOST"], spec.environment["DATABRICKS_TOKEN"]
        )
        secrets = SecretUtils(client, redactor)
        engine = SparkEngine(
            SparkSettings(
                warehouse=Path(spec.folders.warehouse),
                roots=self.roots,
                conf=spec.spark_conf,
                secret=secrets.get,
                user=spec.identity.user,
            )
        )
        engine.install()  # SparkSession.builder.getOrCreate() is to give the same session
        NotebookRun(spec, channel, capture, self.shell, engine, PathMap(self.roots)).run()

    def _enter_folder(self, notebook_path: str) -> None:
        """Work in the notebook's folder, and import from it, as the platform does."""
        root = "/Workspace" if self.namespace.entered else str(self.roots.workspace)
        notebook = f"{root}/{notebook_path.strip('/').removeprefix('Workspace/')}"
        sys.argv = [notebook]  # not the zygote's: tools read their name and options there
        own, *others = folders_to_import_from(notebook, root)
        if Path(own).is_dir():
            os.chdir(own)
            sys.path += [own, *others]


def _draw_afresh() -> None:
    """Forks share the zygote's state: without a new seed every run would draw the same numbers.

    Python's own ``random`` sees to itself.
    """
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed()


def leave() -> None:
    """End the process at once.

    As on the platform, functions registered with ``atexit`` are not called and threads are not
    waited for: a notebook that needs either does it in its last cell.
    """
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    os._exit(0)


def _read_line(connection: socket.socket) -> bytes:
    text = bytearray()
    while b"\n" not in text:
        data = connection.recv(1 << 16)
        if not data:
            os._exit(0)  # the workspace has given up on this run
        text += data
    line, _, more = bytes(text).partition(b"\n")
    if more:
        os._exit(0)  # the word to stop, before the first cell
    return line


def main() -> None:
    """Entry of a cold process: ``python -m brickyard.runtime.process``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--connection", type=int, required=True)
    parser.add_argument("--spec", type=int, help="Where it is read from instead of the socket.")
    parser.add_argument("--outlets", default="", help="What else was handed on with it.")
    parser.add_argument("--entered", action="store_true", help="In its mount namespace already.")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--folders", required=True)
    options = parser.parse_args()
    settle(options.parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.set_inheritable(options.connection, False)
    prepared = Prepared(Folders(**json.loads(options.folders)), entered=options.entered)
    gc.freeze()
    gc.enable()
    connection = socket.socket(fileno=options.connection)
    with contextlib.suppress(KeyboardInterrupt):  # it came between two cells
        if options.spec is None:
            prepared.serve(connection)
        else:
            with os.fdopen(options.spec, "rb") as kept:
                spec = RunSpec.from_json(kept.read())
            outlets = Outlets.adopt([int(number) for number in options.outlets.split(",")])
            for descriptor in outlets.descriptors:
                os.set_inheritable(descriptor, False)
            prepared.run(connection, outlets, spec)
    leave()


if __name__ == "__main__":
    gc.disable()  # until everything is imported
    main()
