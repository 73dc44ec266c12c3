"""One interpreter for all cells of a notebook: IPython, its output sent as events."""

from __future__ import annotations

import itertools
import re
import sys
import tokenize
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

import IPython
from IPython.core.displayhook import DisplayHook
from IPython.core.error import UsageError
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

from brickyard.errors import BrickyardError, did_you_mean
from brickyard.runtime.display import (
    Displayer,
    Publisher,
    adapt_libraries,
    last_expression_data,
    prepare_figures,
)
from brickyard.runtime.errors import NotebookExit, RestartPython
from brickyard.runtime.magics.shell import run_script

Show = Callable[[dict[str, Any]], None]

_OUR_FILES = str(Path(__file__).resolve().parents[1])
_UNKNOWN_MAGIC = re.compile(r"`(?P<mark>%%?)(?P<name>\w+)` not found")
# A cell's traceback begins with the frames of who runs it.
_RUNNERS = (_OUR_FILES, str(Path(IPython.__file__).parent))
_DEEP_FRAMES = 100
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
        lines = self.value.strip().splitlines()
        if self.name == "PythonException":  # a UDF's own exception ends its worker's traceback
            lines = lines[-1:]
        first, second = [*lines[:2], "", ""][:2]
        if second.startswith(": "):  # py4j names the exception in its second line
            first += f" {second}"
        return f"{self.name}: {first}" if first else self.name


class _ShowHook(DisplayHook):
    """Shows a cell's last expression."""

    def quiet(self) -> bool:
        """Whether the cell ends in a semicolon; IPython would ask its history, which is off."""
        shell = self.shell
        assert isinstance(shell, NotebookShell)  # noqa: S101 - IPython types it more widely
        try:
            return bool(self.semicolon_at_end_of_expression(shell.transform_cell(shell.source)))
        except (SyntaxError, tokenize.TokenError):
            return False

    def __call__(self, result: Any = None) -> None:
        self.check_for_underscore()
        if result is None or self.quiet():
            return
        self.update_user_ns(result)
        shell = self.shell
        assert isinstance(shell, NotebookShell)  # noqa: S101 - IPython types it more widely
        data = last_expression_data(result, shell.display_formatter)
        if data:  # some values show themselves
            shell.show(data)


class NotebookShell(InteractiveShell):
    """IPython without a terminal, history or colours.

    It is made before the fork, so it must start no thread; :meth:`attach` gives it its outlet.

    Attributes:
        show: Takes rich outputs.
        show_figures: Shows what is drawn and not shown yet.
        source: The cell that is run.
    """

    displayhook_class = _ShowHook
    display_pub_class = Publisher

    def __init__(self, **options: Any) -> None:
        # History's writer is a thread, which would not survive the fork.
        HistoryManager.enabled = False  # type: ignore[assignment]
        super().__init__(**options)
        # IPython's own are made for a terminal, and fail where there is none.
        self.user_ns |= {"exit": _quit, "quit": _quit}
        self.colors = "nocolor"
        self.InteractiveTB.set_mode("Context")
        self.show: Show = _no_outlet
        self.show_figures: Callable[[], None] = lambda: None
        self.source = ""
        self._failure: Failure | None = None
        self.set_hook("show_in_pager", _show_help)
        self.set_custom_exc((NotebookExit, RestartPython, BrickyardError), _handle_ours)
        self._warm_up()

    def attach(self, displayer: Displayer, names: dict[str, Any]) -> None:
        """Give the shell its outlet and the names that notebooks expect.

        Args:
            displayer: Takes rich outputs.
            names: Injected into the notebook's namespace.
        """
        self.show = displayer.show
        self.show_figures = displayer.show_figures
        assert isinstance(self.display_pub, Publisher)  # noqa: S101 - made by the class above
        self.display_pub.displayer = displayer
        prepare_figures(self)
        adapt_libraries(displayer.show_figures, displayer.show)
        self.inject(names)

    def inject(self, names: dict[str, Any]) -> None:
        """Put names into the notebook's namespace."""
        self.push(names, interactive=False)

    def run(self, source: str) -> Failure | None:
        """Run Python source with IPython's magics.

        Returns:
            What failed, or None.
        """
        self._failure, self.source = None, source
        with warnings.catch_warnings():
            # IPython's advice on leaving a terminal session says nothing to a notebook.
            warnings.filterwarnings("ignore", message="To exit: use")
            result = self.run_cell(source, store_history=False)
        failure, self._failure = self._failure, None
        error = result.error_before_exec or result.error_in_exec
        if failure is None and error is not None:
            # IPython only prints a magic's wrong use.
            failure = self._with_near_magics(self.describe(error))
        return failure or self._show_figures()

    def system(self, cmd: str) -> None:
        """``!command``: as ``%sh``; its exit status is in ``_exit_code``, as in IPython."""
        self.user_ns["_exit_code"] = run_script(self.var_expand(cmd, depth=1))

    def describe(self, error: BaseException) -> Failure:
        """Put an exception raised by a magic into words, without our own frames."""
        name, text = type(error).__name__, _text(error)
        return Failure(error, name, text, f"{name}: {text}")

    def _with_near_magics(self, failure: Failure) -> Failure:
        """A failure that names the magics nearest to one that there is not."""
        unknown = _UNKNOWN_MAGIC.search(failure.value)
        if unknown is None or not isinstance(failure.error, UsageError):
            return failure
        kind = "cell" if unknown["mark"] == "%%" else "line"
        hint = did_you_mean(unknown["name"], self.magics_manager.magics[kind])
        if not hint.startswith("Did"):
            return failure
        return replace(failure, value=f"{failure.value} {hint}", trace=f"{failure.trace} {hint}")

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **options: Any) -> None:
        """Note what left the cell, in Python's own form where IPython's is none or takes long.

        Args:
            exc_tuple: Class, exception and traceback; the present one when None.
            *args: Passed on to IPython.
            **options: Passed on to IPython.
        """
        _class, value, trace = exc_tuple or sys.exc_info()
        if value is not None and (_has_group(value) or _is_deep(trace)):
            self._showtraceback(type(value), value, _plain_lines(value, trace))
        else:
            super().showtraceback(exc_tuple, *args, **options)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        trace = _ANSI.sub("", "\n".join(stb))
        text = _text(evalue)
        if isinstance(evalue, SyntaxError):
            text = f"{evalue.msg} (line {evalue.lineno})"
        self._failure = Failure(evalue, etype.__name__, text, trace)

    def _warm_up(self) -> None:
        """Format one traceback and one value now: the first ones take long preparation."""
        self.run("raise ValueError")
        if self.display_formatter is not None:
            self.display_formatter.format(0)

    def note(self, error: BaseException) -> None:
        """Note an exception that is no error, without a traceback."""
        self._failure = self.describe(error)

    def _show_figures(self) -> Failure | None:
        """Show the pyplot figures that the cell left open, as notebooks do."""
        try:
            self.show_figures()
        except (Exception, KeyboardInterrupt) as exc:  # noqa: BLE001 - drawing runs users' code
            return self.describe(exc)
        return None


def _quit(code: object = None) -> NoReturn:
    raise SystemExit(code)


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


def _has_group(error: BaseException | None) -> bool:
    """Whether an exception, or one that it came of, is a group."""
    while error is not None and not isinstance(error, BaseExceptionGroup):
        error = error.__cause__ or error.__context__
    return error is not None


def _is_deep(trace: TracebackType | None) -> bool:
    """Whether IPython, which reads the source around each frame, would take seconds."""
    return sum(1 for _ in itertools.islice(traceback.walk_tb(trace), _DEEP_FRAMES)) >= _DEEP_FRAMES


def _plain_lines(error: BaseException, trace: TracebackType | None) -> list[str]:
    """A traceback as Python prints it, from the notebook's first frame on."""
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_RUNNERS):
        trace = trace.tb_next
    told = traceback.TracebackException(type(error), error, trace, compact=True)
    return "".join(told.format()).splitlines()


def _show_help(
    shell: NotebookShell, data: str | dict[str, Any], start: int = 0, screen_lines: int = 0
) -> None:
    """Print what ``name?`` tells, which IPython would show page by page."""
    del shell, start, screen_lines
    text = data if isinstance(data, str) else str(data.get("text/plain", ""))
    print(_ANSI.sub("", text))


def _text(error: BaseException) -> str:
    """An exception's text, also of one that cannot say it."""
    try:
        return str(error)
    except Exception as exc:  # noqa: BLE001 - the user's code, whatever it raises
        return f"<its __str__ raised {type(exc).__name__}>"


def _no_outlet(data: dict[str, Any]) -> None:
    raise RuntimeError(f"The shell shows {sorted(data)} before it was attached.")
