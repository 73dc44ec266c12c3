"""One interpreter for all cells of a notebook: IPython, its output sent as events."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from brickyard.errors import BrickyardError
from brickyard.runtime.display import figure_data, last_expression_data
from brickyard.runtime.errors import NotebookExit, RestartPython

Show = Callable[[dict[str, Any]], None]

_OUR_FILES = str(Path(__file__).resolve().parents[1])
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Failure:
    """An exception that left a cell.

    Attributes:
        error: The exception.
        name: Its class.
        value: Its text.
        trace: The whole traceback, as plain text.
    """

    error: BaseException
    name: str
    value: str
    trace: str

    @property
    def summary(self) -> str:
        """The traceback's last line, as ``runs/get-output`` gives it."""
        first = self.value.splitlines()[0] if self.value else ""
        return f"{self.name}: {first}" if first else self.name


class _ShowHook(DisplayHook):
    """Shows a cell's last expression."""

    def __call__(self, result: Any = None) -> None:
        self.check_for_underscore()
        if result is None or self.quiet():
            return
        self.update_user_ns(result)
        shell = self.shell
        assert isinstance(shell, NotebookShell)  # noqa: S101 - IPython types it more widely
        shell.show(last_expression_data(result, shell.display_formatter))


class NotebookShell(InteractiveShell):
    """IPython without a terminal, history or colours.

    It is made before the fork, so it must start no thread; :meth:`attach` gives it its outlet.
    """

    displayhook_class = _ShowHook

    def __init__(self, **options: Any) -> None:
        # History's writer is a thread, which would not survive the fork.
        HistoryManager.enabled = False  # type: ignore[assignment]
        super().__init__(**options)
        self.colors = "nocolor"
        self.InteractiveTB.set_mode("Context")
        self.show: Show = _no_outlet
        self._failure: Failure | None = None
        self.set_custom_exc((NotebookExit, RestartPython, BrickyardError), _handle_ours)
        self._warm_up()

    def attach(self, show: Show, names: dict[str, Any]) -> None:
        """Give the shell its outlet and the names that notebooks expect.

        Args:
            show: Takes rich outputs, by MIME type.
            names: Injected into the notebook's namespace.
        """
        self.show = show
        self.inject(names)

    def inject(self, names: dict[str, Any]) -> None:
        """Put names into the notebook's namespace."""
        self.push(names, interactive=False)

    def run(self, source: str) -> Failure | None:
        """Run Python source with IPython's magics.

        Returns:
            What failed, or None.
        """
        self._failure = None
        with warnings.catch_warnings():
            # IPython's advice on leaving a terminal session says nothing to a notebook.
            warnings.filterwarnings("ignore", message="To exit: use")
            result = self.run_cell(source, store_history=False)
        failure, self._failure = self._failure, None
        error = result.error_before_exec or result.error_in_exec
        if failure is None and error is not None:
            failure = self.describe(error)  # IPython only prints a magic's wrong use
        if failure is None:
            self._show_figures()
        return failure

    def describe(self, error: BaseException) -> Failure:
        """Put an exception raised by a magic into words, without our own frames."""
        name, text = type(error).__name__, _text(error)
        return Failure(error, name, text, f"{name}: {text}")

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        trace = _ANSI.sub("", "\n".join(stb))
        text = _text(evalue)
        if isinstance(evalue, SyntaxError):
            text = f"{evalue.msg} (line {evalue.lineno})"
        self._failure = Failure(evalue, etype.__name__, text, trace)

    def _warm_up(self) -> None:
        """Format one traceback now: the first costs the formatter 150 ms of preparation."""
        self.run("raise ValueError")

    def note(self, error: BaseException) -> None:
        """Note an exception that is no error, without a traceback."""
        self._failure = self.describe(error)

    def _show_figures(self) -> None:
        """Show the pyplot figures that the cell left open, as notebooks do."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return
        for number in pyplot.get_fignums():
            self.show(figure_data(pyplot.figure(number)))
        pyplot.close("all")


def _handle_ours(
    shell: NotebookShell,
    etype: type,
    value: BaseException,
    trace: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Take an exception of ours: a signal as it is, an error without our own frames."""
    if not isinstance(value, BrickyardError):
        shell.note(value)
        return
    last: TracebackType | None = None
    step: TracebackType | None = trace
    while step is not None:
        if not step.tb_frame.f_code.co_filename.startswith(_OUR_FILES):
            last = step
        step = step.tb_next
    if last is not None:
        last.tb_next = None
    shell.showtraceback((etype, value, trace), tb_offset=tb_offset)


def _text(error: BaseException) -> str:
    """An exception's text, also of one that cannot say it."""
    try:
        return str(error)
    except Exception as exc:  # noqa: BLE001 - the user's code, whatever it raises
        return f"<its __str__ raised {type(exc).__name__}>"


def _no_outlet(data: dict[str, Any]) -> None:
    raise RuntimeError(f"The shell shows {sorted(data)} before it was attached.")
