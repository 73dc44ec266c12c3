"""The child process: MLflow's own server application on a socket that the workspace opened.

``python -m brickyard.workspace.mlflow.child FD PARENT DATABASE ARTIFACTS``
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_NICE_WHILE_LOADING = 10
# MLflow's uvicorn closes idle connections after 5 s by default; the workspace keeps its own open,
# and must never send a call on one that is just being closed.
_KEEP_ALIVE_SECONDS = 3600


def main(descriptor: int, parent: int, database: Path, artifacts: Path) -> None:
    """Serve until the parent ends.

    Args:
        descriptor: A listening Unix socket, inherited.
        parent: The workspace's process id.
        database: MLflow's SQLite file.
        artifacts: The folder of all artifacts.
    """
    end_with(parent)
    os.environ.update(environment(database, artifacts))
    loaded = threading.Event()
    loading = threading.Thread(target=_load, args=(database, loaded), name="load")
    loading.start()
    loading.join()
    if not loaded.is_set():
        sys.exit("MLflow could not be loaded.")  # the thread has printed why
    _serve(descriptor)


def end_with(parent: int) -> None:
    """Have the kernel kill this process when its parent ends, however it ends.

    Args:
        parent: The process id that the parent must have; it may have ended already.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit("The workspace ended before its MLflow started.")


def environment(database: Path, artifacts: Path) -> dict[str, str]:
    """The settings that ``mlflow server`` passes to its application in the environment.

    Artifacts are named ``mlflow-artifacts:/…`` and served by MLflow from the folder, so that its
    database holds no path of this machine: the home may be moved, and remote clients can follow.
    """
    return {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{database}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_ARTIFACT_DESTINATION": artifacts.as_uri(),
        "_MLFLOW_SERVER_SERVE_ARTIFACTS": "true",
        # Its job runner would start further processes; our jobs run in the workspace.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def _load(database: Path, loaded: threading.Event) -> None:
    """Import MLflow and open its stores, at a lower priority than the workspace's first calls.

    On Linux a priority belongs to a thread, so that serving, in the main one, keeps the normal one.
    """
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE_WHILE_LOADING)
    from brickyard.workspace.mlflow.database import prepare, template_path

    prepare(database, template_path(version("mlflow")))
    _relax_sync()
    import mlflow.server.fastapi_app  # noqa: F401
    from mlflow.server import handlers

    handlers._get_tracking_store()
    handlers._get_model_registry_store()
    loaded.set()


def _relax_sync() -> None:
    """Do not wait for the disk at each commit: in WAL mode a killed process still loses nothing."""
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "connect")
    def relax(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA synchronous=NORMAL")


def _serve(descriptor: int) -> None:
    import uvicorn
    from mlflow.server.fastapi_app import app

    uvicorn.run(
        app,
        fd=descriptor,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
