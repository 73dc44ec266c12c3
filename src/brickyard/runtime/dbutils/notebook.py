"""``dbutils.notebook``: ending, running another notebook as a run of its own, and the context.

Sources: docs on notebook workflows; the shape of the failure as users quote it.
"""

from __future__ import annotations

import html
import posixpath
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from brickyard.runtime.context import EntryPoint, NotebookContext
from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.errors import NotebookExit
from brickyard.runtime.java_errors import JavaException, Py4JJavaError
from brickyard.runtime.redaction import Redactor
from brickyard.runtime.rest import UNAVAILABLE, RestClient, RestError

_PATH = "2.0/brickyard/child-runs"
_WORKFLOW = "com.databricks.WorkflowException"
_EXECUTION = "com.databricks.NotebookExecutionException"

# A workspace that does not answer is about to end, and this process with it.
_PATIENCE_SECONDS = 60.0
_RETRY_SECONDS = 0.2

Show = Callable[[dict[str, Any]], None]


class NotebookUtils(Utility):
    """The control flow of notebooks: end this one, run another.

    Args:
        client: The workspace, with the run's own token.
        show: Takes rich outputs, by MIME type.
        entry_point: Leads to the context.
        redactor: Knows what a child must hide too, for it may be among its arguments.
    """

    title = "dbutils.notebook"

    def __init__(
        self, client: RestClient, show: Show, entry_point: EntryPoint, redactor: Redactor
    ) -> None:
        self._client = client
        self._redactor = redactor
        self._show = show
        self.entry_point = entry_point

    def exit(self, value: object) -> NoReturn:
        """End the notebook here, with success and a value that ``runs/get-output`` gives."""
        raise NotebookExit(str(value))

    def run(
        self, path: str, timeout_seconds: int, arguments: Mapping[str, str] | None = None
    ) -> str:
        """Run another notebook as a run of its own, wait for its end, and give its exit value.

        Args:
            path: The notebook, absolute or from this notebook's folder.
            timeout_seconds: After which the run is ended; 0 is never.
            arguments: Its parameters; strings only.

        Returns:
            What it gave to ``dbutils.notebook.exit``; empty when it did not.

        Raises:
            Py4JJavaError: It did not end well; the text has the platform's words.
        """
        _check_arguments(arguments or {})
        try:
            started = self._client.post(
                f"{_PATH}/start",
                notebook_path=self._absolute(path),
                timeout_seconds=int(timeout_seconds),
                arguments=dict(arguments or {}),
                secrets=self._redactor.secrets,
            )
        except RestError as exc:
            raise _failure(exc.message) from None
        self._link(started)
        return self._wait(started["run_id"])

    def getContext(self) -> NotebookContext:  # noqa: N802 - the platform's name
        """What is known of this notebook, its run and its cluster."""
        return self.entry_point.getDbutils().notebook().getContext()

    def _wait(self, run_id: int) -> str:
        end = self._ask(run_id)
        while not end["ended"]:
            end = self._ask(run_id)
        if end["result"] == "SUCCESS":
            return str(end["exit_value"])
        said = ": ".join(part for part in (end["result"], end["message"].rstrip(".")) if part)
        raise _failure(said, f"\nIt said: {end['error']}" if end["error"] else "")

    def _ask(self, run_id: int) -> dict[str, Any]:
        """How a run has ended, or that it has not; asked again when nobody answers."""
        patience = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                return self._client.get(f"{_PATH}/wait", run_id=str(run_id))
            except RestError as exc:
                if exc.code != UNAVAILABLE or time.monotonic() > patience:
                    raise _failure(exc.message) from None
                time.sleep(_RETRY_SECONDS)

    def _absolute(self, path: str) -> str:
        here = posixpath.dirname(self.getContext().notebookPath().get())
        return posixpath.normpath(posixpath.join(here, path))

    def _link(self, started: Mapping[str, Any]) -> None:
        """Show where the run can be watched, as the platform does."""
        text, url = f"Notebook job #{started['run_id']}", started["run_page_url"]
        link = f'<a href="{html.escape(url)}" target="_blank">{html.escape(text)}</a>'
        self._show({"text/html": link, "text/plain": f"{text}: {url}"})


def _check_arguments(arguments: Mapping[str, str]) -> None:
    for name, value in arguments.items():
        for item in (name, value):
            if not isinstance(item, str):
                kind = type(item).__name__
                java = JavaException(
                    "java.lang.ClassCastException", f"{kind} cannot be cast to java.lang.String"
                )
                remedy = f"arguments holds strings only: write str() around {name!r}: {value!r}."
                raise Py4JJavaError("_run", java, remedy)


def _failure(said: str, remedy: str = "") -> Py4JJavaError:
    cause = JavaException(_EXECUTION, said)
    return Py4JJavaError("_run", JavaException(_WORKFLOW, str(cause), cause), remedy)
