"""Running a notebook's cells in order, and telling the workspace of each."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from brickyard.notebook import Cell
from brickyard.runtime import modules, protocol
from brickyard.runtime.dbutils import DBUtils
from brickyard.runtime.display import Displayer
from brickyard.runtime.errors import MagicError, NotebookExit, RestartPython
from brickyard.runtime.events import Channel, DescriptorCapture, now_ms
from brickyard.runtime.libraries import LibraryFolder, Pip
from brickyard.runtime.magics.files import run_fs
from brickyard.runtime.magics.lines import refuse_questions, register_line_magics
from brickyard.runtime.magics.markdown import show_markdown
from brickyard.runtime.magics.notebooks import fetch_notebook, parse_run, workspace_path
from brickyard.runtime.magics.shell import run_shell
from brickyard.runtime.magics.sql import run_sql
from brickyard.runtime.names import notebook_names
from brickyard.runtime.paths import PathMap
from brickyard.runtime.rest import RestClient
from brickyard.runtime.shell import Failure, NotebookShell
from brickyard.runtime.spark import SparkEngine

# Characters kept of an exception's text, and of the end of its traceback.
_ERROR_LIMIT = 64 * 1024
_TRACE_LIMIT = 1024 * 1024


class NotebookRun:
    """One notebook in one process.

    Args:
        spec: What to run.
        channel: Where events go.
        capture: Descriptors 1 and 2.
        shell: The interpreter.
        engine: Spark, not started yet.
        paths: From the platform's addresses to local paths.
    """

    def __init__(
        self,
        spec: protocol.RunSpec,
        channel: Channel,
        capture: DescriptorCapture,
        shell: NotebookShell,
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
        displayer = Displayer(channel, shell, capture.drain)
        self._show = displayer.show
        self._dbutils = DBUtils(
            spec,
            client,
            channel.redactor,
            paths,
            displayer.show,
            displayer.display,
            engine.set_mounts,
        )
        self._libraries = LibraryFolder(Path(spec.libraries), paths.with_mounts(spec.mounts))
        # The notebooks that %run has entered, outermost first: relative paths and cycles.
        self._stack = [workspace_path(spec.notebook_path)]
        # Where in those to go on, after a restartPython inside of them; and where one happened.
        self._resume = list(spec.inside)
        self._unwound: list[int] = []
        names = notebook_names(self._dbutils, engine, displayer.display, displayer.display_html)
        shell.attach(displayer, names)
        modules.install(names, self._dbutils.notebook.getContext())
        register_line_magics(shell, Pip(self._libraries).line)
        shell.magics_manager.magics["line"]["set_cell_max_output_size_in_mb"] = channel.limit_cells
        refuse_questions()

    def run(self) -> None:
        """Run every cell until one fails, exits, or restarts Python."""
        self._libraries.activate()
        for cell in self._spec.notebook.cells[self._spec.first_cell :]:
            if self._channel.is_over:
                return
            failure = self._run_cell(cell)
            if failure is not None:
                self._finish_early(cell, failure)
                return
        self._channel.send(protocol.end("SUCCESS"))

    def _run_cell(self, cell: Cell) -> Failure | None:
        self._channel.position = cell.position
        self._channel.send(protocol.cell(cell.position, "RUNNING", now_ms()))
        self._shell.execution_count = cell.position + 1
        owner = os.getpid()
        failure = self._execute(cell)
        if os.getpid() != owner:
            _end_fork(failure)
        self._capture.drain()
        self._channel.flush()
        ended_well = failure is None or isinstance(failure.error, NotebookExit | RestartPython)
        if failure is not None and not ended_well:
            # Sent whatever the run has put out before: without it nobody knew why it failed.
            redactor = self._channel.redactor
            value = redactor.head(failure.value, _ERROR_LIMIT)
            trace = redactor.tail(failure.trace, _TRACE_LIMIT)
            self._channel.send(protocol.error(cell.position, failure.name, value, trace))
        state: protocol.CellState = "FINISHED" if ended_well else "FAILED"
        self._channel.send(protocol.cell(cell.position, state, now_ms()))
        return failure

    def _finish_early(self, cell: Cell, failure: Failure) -> None:
        error = failure.error
        if isinstance(error, NotebookExit):
            # One character more tells the workspace that there was more.
            value = self._channel.redactor.head(error.value, protocol.EXIT_VALUE_LIMIT + 1)
            self._channel.send(protocol.end("SUCCESS", exit_value=value))
        elif isinstance(error, RestartPython):
            self._channel.send(
                protocol.restart(
                    cell.position if self._unwound else cell.position + 1,
                    self._dbutils.widgets.values,
                    self._channel.redactor.secrets,
                    self._channel.allowance.used,
                    self._unwound,
                )
            )
        else:
            redactor = self._channel.redactor
            self._channel.send(
                protocol.end(
                    "FAILED",
                    error=redactor.head(failure.summary, _ERROR_LIMIT),
                    error_trace=redactor.tail(failure.trace, _TRACE_LIMIT),
                )
            )

    def _execute(self, cell: Cell) -> Failure | None:
        if cell.language in ("python", "pip"):
            return self._shell.run(cell.source if cell.language == "pip" else cell.body)
        action = self._actions().get(cell.language)
        try:
            if action is None:
                raise MagicError(
                    f"{cell.label} of {self._stack[-1]} is {cell.language.title()} code, which "
                    "the local workspace does not run.",
                    "It runs Python, SQL, Markdown, %sh, %fs, %pip and %run cells; "
                    "a cell that begins with %skip is passed over.",
                )
            return action(cell)
        except KeyboardInterrupt as exc:
            return self._shell.describe(exc)
        except Exception as exc:  # noqa: BLE001 - the boundary between a cell and its runner
            return self._shell.describe(exc)

    def _actions(self) -> dict[str, Callable[[Cell], Failure | None]]:
        return {
            "md": lambda cell: show_markdown(cell, self._show),
            "sh": run_shell,
            "fs": lambda cell: run_fs(cell, self._dbutils.fs, self._show),
            "sql": self._sql,
            "run": self._run_notebook,
            "skip": lambda _cell: None,
        }

    def _sql(self, cell: Cell) -> None:
        widgets = self._dbutils.widgets
        frame = run_sql(cell.body, self._engine.session, widgets, self._show)
        if frame is not None:
            self._shell.inject({"_sqldf": frame})

    def _run_notebook(self, cell: Cell) -> Failure | None:
        call = parse_run(cell, self._stack[-1], self._dbutils.widgets.values)
        if call.path in self._stack:
            chain = " → ".join([*self._stack, call.path])
            raise MagicError(f"%run calls itself: {chain}.")
        notebook = fetch_notebook(self._client, call.path)
        self._dbutils.widgets.give(call.arguments)
        self._stack.append(call.path)
        try:
            for inner in notebook.cells[self._resume.pop(0) if self._resume else 0 :]:
                if self._channel.is_over:
                    raise KeyboardInterrupt
                failure = self._execute(inner)
                if failure is not None:
                    return self._leave(call.path, inner, failure)
        finally:
            self._stack.pop()
        return None

    def _leave(self, path: str, cell: Cell, failure: Failure) -> Failure:
        """What left a notebook that %run had entered, for the notebook outside."""
        if isinstance(failure.error, RestartPython):
            after = 0 if self._unwound else 1  # the innermost cell is done
            self._unwound.insert(0, cell.position + after)
        if isinstance(failure.error, NotebookExit | RestartPython):
            return failure
        return replace(failure, trace=f"In {cell.label} of {path}:\n{failure.trace}")


def _end_fork(failure: Failure | None) -> NoReturn:
    """End a process that a cell forked and that came to the cell's end: it is not the run."""
    if failure is not None:
        os.write(2, f"{failure.trace}\n".encode("utf-8", "replace"))
    os._exit(0 if failure is None else 1)
