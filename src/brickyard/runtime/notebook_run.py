"""Running a notebook's cells in order, and telling the workspace of each."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from brickyard.notebook import Cell, Notebook
from brickyard.runtime import magics, protocol
from brickyard.runtime.dbutils import DBUtils
from brickyard.runtime.display import display_data
from brickyard.runtime.errors import MagicError, NotebookExit, NotLocalError, RestartPython
from brickyard.runtime.events import Channel, DescriptorCapture, now_ms
from brickyard.runtime.libraries import LibraryFolder
from brickyard.runtime.paths import PathMap
from brickyard.runtime.rest import RestClient
from brickyard.runtime.shell import Failure, NotebookShell
from brickyard.runtime.spark import SparkEngine

# Characters kept of an exception's text, and of the end of its traceback.
_ERROR_LIMIT = 64 * 1024
_TRACE_LIMIT = 1024 * 1024

# A cell that names the session gets it made first; all others cost nothing.
_NAMES_SPARK = re.compile(r"\b(spark|sqlContext|SparkSession)\b")


class NotebookRun:
    """One notebook in one process.

    Args:
        spec: What to run.
        channel: Where events go.
        capture: Descriptors 1 and 2.
        shell: The interpreter.
        loaded: Names of the modules that were there before the notebook.
        engine: Spark, not started yet.
        paths: From the platform's addresses to local paths.
    """

    def __init__(
        self,
        spec: protocol.RunSpec,
        channel: Channel,
        capture: DescriptorCapture,
        shell: NotebookShell,
        loaded: frozenset[str],
        engine: SparkEngine,
        paths: PathMap,
    ) -> None:
        self._spec = spec
        self._channel = channel
        self._capture = capture
        self._shell = shell
        self._engine = engine
        client = RestClient(
            spec.environment["DATABRICKS_HOST"], spec.environment["DATABRICKS_TOKEN"]
        )
        self._client = client
        self._dbutils = DBUtils(spec.widgets, client, channel.redactor, paths)
        self._libraries = LibraryFolder(Path(spec.libraries), paths)
        # The notebooks that %run has entered, outermost first: relative paths and cycles.
        self._stack = [spec.notebook_path]
        self._loaded_at_start = loaded
        shell.attach(self._show, self._names())
        # IPython types the decorator form only.
        shell.register_magic_function(self._pip, magic_name="pip")  # type: ignore[call-arg,arg-type]

    def run(self) -> None:
        """Run every cell until one fails, exits, or restarts Python."""
        self._libraries.activate()
        for cell in self._spec.notebook.cells[self._spec.first_cell :]:
            failure = self._run_cell(cell)
            if failure is not None:
                self._finish_early(cell, failure)
                return
        self._channel.send(protocol.end("SUCCESS"))

    def _run_cell(self, cell: Cell) -> Failure | None:
        self._channel.position = cell.position
        self._channel.send(protocol.cell(cell.position, "RUNNING", now_ms()))
        self._shell.execution_count = cell.position + 1
        failure = self._execute(cell, self._spec.notebook)
        self._capture.drain()
        self._channel.flush()
        ended_well = failure is None or isinstance(failure.error, NotebookExit | RestartPython)
        if failure is not None and not ended_well:
            # Sent whatever the run has put out before: without it nobody knew why it failed.
            value, trace = failure.value[:_ERROR_LIMIT], failure.trace[-_TRACE_LIMIT:]
            self._channel.send(protocol.error(cell.position, failure.name, value, trace))
        state: protocol.CellState = "FINISHED" if ended_well else "FAILED"
        self._channel.send(protocol.cell(cell.position, state, now_ms()))
        return failure

    def _finish_early(self, cell: Cell, failure: Failure) -> None:
        error = failure.error
        if isinstance(error, NotebookExit):
            # One character more tells the workspace that there was more.
            value = error.value[: protocol.EXIT_VALUE_LIMIT + 1]
            self._channel.send(protocol.end("SUCCESS", exit_value=value))
        elif isinstance(error, RestartPython):
            cold = bool(self._libraries.shadowed(self._loaded_at_start))
            values = self._dbutils.widgets.values
            secrets = self._channel.redactor.secrets
            self._channel.send(protocol.restart(cell.position + 1, values, secrets, cold=cold))
        else:
            self._channel.send(
                protocol.end(
                    "FAILED",
                    error=failure.summary[:_ERROR_LIMIT],
                    error_trace=failure.trace[-_TRACE_LIMIT:],
                )
            )

    def _execute(self, cell: Cell, notebook: Notebook) -> Failure | None:
        if cell.language in ("python", "pip"):
            return self._python(cell.source if cell.language == "pip" else cell.body)
        action = self._actions().get(cell.language)
        try:
            if action is None:
                raise MagicError(
                    f"Cell {cell.position + 1} of this {notebook.language} notebook is "
                    f"{cell.language}, which the local workspace does not run.",
                    "Python, SQL, Markdown, shell, %fs, %pip and %run cells are.",
                )
            return action(cell)
        except KeyboardInterrupt as exc:
            return self._shell.describe(exc)
        except Exception as exc:  # noqa: BLE001 - the boundary between a cell and its runner
            return self._shell.describe(exc)

    def _python(self, source: str) -> Failure | None:
        if _NAMES_SPARK.search(source):
            session = self._engine.session
            self._shell.inject({"spark": session, "sqlContext": session})
        return self._shell.run(source)

    def _actions(self) -> dict[str, Callable[[Cell], Failure | None]]:
        return {
            "md": lambda cell: magics.show_markdown(cell, self._show),
            "sh": magics.run_shell,
            "fs": lambda cell: magics.run_fs(cell, self._dbutils.fs, self._show),
            "sql": self._sql,
            "run": self._run_notebook,
        }

    def _sql(self, cell: Cell) -> None:
        frame = magics.run_sql(cell.body, self._engine.session.sql, self._show)
        if frame is not None:
            self._shell.inject({"_sqldf": frame})

    def _run_notebook(self, cell: Cell) -> Failure | None:
        call = magics.parse_run(cell, self._stack[-1])
        if call.path in self._stack:
            chain = " → ".join([*self._stack, call.path])
            raise MagicError(f"%run calls itself: {chain}.")
        notebook = magics.fetch_notebook(self._client, call.path)
        self._dbutils.widgets.give(call.arguments)
        self._stack.append(call.path)
        try:
            for inner in notebook.cells:
                failure = self._execute(inner, notebook)
                if failure is not None:
                    return failure
        finally:
            self._stack.pop()
        return None

    def _pip(self, line: str) -> None:
        print(self._libraries.pip(line))

    def _show(self, data: dict[str, Any]) -> None:
        self._capture.drain()
        self._channel.output(protocol.display(self._channel.position, data))

    def _display(self, *values: Any) -> None:
        for value in values:
            self._show(display_data(value, self._shell.display_formatter))

    def _names(self) -> dict[str, Any]:
        from pyspark.sql.functions import udf

        return {
            "dbutils": self._dbutils,
            "display": self._display,
            "displayHTML": lambda html: self._show({"text/html": str(html)}),
            "getArgument": self._dbutils.widgets.getArgument,
            "sc": _NoSparkContext(),
            "sql": lambda query, **values: self._engine.session.sql(query, **values),
            "table": lambda name: self._engine.session.table(name),
            "udf": udf,
        }


class _NoSparkContext:
    """Stands for ``sc``, which Spark Connect has not, as on shared clusters."""

    def __getattr__(self, name: str) -> object:
        raise NotLocalError(f"sc.{name} (Spark Connect has no SparkContext: use spark instead)")
