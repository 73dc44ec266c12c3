"""What people see of long work: lines as things happen, a spinner on a terminal, tables at the end.

All of it goes to stderr; stdout is for data.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from brickyard.delivery.ci import CiResult, StepResult
from brickyard.delivery.outcome import Delivery
from brickyard.delivery.run import (
    Event,
    RunChanged,
    RunState,
    StageLine,
    TaskChanged,
    TaskState,
)
from brickyard.errors import BrickyardError

_STYLES = {
    "SUCCESS": "green",
    "SUCCESS_WITH_FAILURES": "yellow",
    "FAILED": "bold red",
    "INTERNAL_ERROR": "bold red",
    "CANCELED": "yellow",
    "TIMEDOUT": "yellow",
    "created": "green",
    "updated": "yellow",
    "unchanged": "dim",
    "passed": "green",
    "failed": "bold red",
    "finished": "green",
}
_MARKS = {"running": "…", "finished": "✓", "failed": "✗"}


def console() -> Console:
    """Where talk goes."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


class _Live:
    """Lines on stderr, and on a terminal a spinner with the time below them."""

    def __init__(self, title: str) -> None:
        self.console = console()
        self._title = title
        self._began = time.monotonic()
        self._status: Status | None = None
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        if self.console.is_terminal:
            self._status = self.console.status(self._title)
            self._status.start()
            self._ticker = threading.Thread(target=self._tick, daemon=True)
            self._ticker.start()
        else:
            self.line(self._title)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        if self._ticker is not None:
            self._ticker.join()
        if self._status is not None:
            self._status.stop()

    def line(self, text: str, style: str = "") -> None:
        """Print one line; any thread may."""
        with self._lock:
            self.console.print(text, style=style, markup=False)

    def at(self) -> str:
        """The time since the beginning."""
        return f"{time.monotonic() - self._began:6.1f}s"

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            if self._status is not None:
                self._status.update(f"{self._title} {self.at()}")


@contextmanager
def working(title: str) -> Iterator[Callable[[str], None]]:
    """Show that something is under way; gives a function that prints one line."""
    with _Live(title) as live:
        yield lambda text: live.line(f"{live.at()}  {text}", "dim")


class CiView(_Live):
    """Steps of continuous integration as they end."""

    def __init__(self) -> None:
        super().__init__("Checking")

    def told(self, name: str, result: StepResult | None) -> None:
        """Show one step's beginning or end."""
        if result is None:
            self.line(f"{self.at()}  {name} …", "dim")
            return
        word = "passed" if result.passed else "failed"
        self.line(f"{self.at()}  {name} {word} ({result.seconds:.1f} s)", _STYLES[word])

    def sum_up(self, result: CiResult) -> None:
        """Show what failed steps said, and the whole's result."""
        for step in result.steps:
            if not step.passed:
                self.line(f"\n── {step.name} ──", "bold red")
                self.line(step.output)
        failed = sum(not step.passed for step in result.steps)
        words = f"{failed} of {len(result.steps)} steps failed" if failed else "All steps passed"
        style = _STYLES["failed" if failed else "passed"]
        self.line(f"{words} in {result.seconds:.1f} s. JUnit files: {result.junit}", style)


class RunView(_Live):
    """A run's tasks and stages as they change."""

    def __init__(self, job: str) -> None:
        super().__init__(f"Running {job}")
        self.run: RunState | None = None

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case RunChanged(run):
                if self.run is None:
                    self.line(f"{self.at()}  run {run.run_id} {run.url}")
                self.run = run
            case TaskChanged(task):
                again = f" (attempt {task.attempt + 1})" if task.attempt else ""
                self.line(f"{self.at()}  {task.key}{again} {task.state}", _style(task.state))
            case StageLine():
                self._stage(event)

    def sum_up(self, run_id: int) -> RunState:
        """Show errors and the result.

        Returns:
            The run as last seen.

        Raises:
            BrickyardError: The run was never seen.
        """
        run = self.run
        if run is None:
            raise BrickyardError(f"Run {run_id} gave no sign of itself.")
        for task in run.tasks:
            self._failure(task)
        took = f" after {run.seconds:.1f} s" if run.seconds is not None else ""
        if run.ended:
            self.line(f"Run {run.run_id} {run.state}{took}. {run.url}", _style(run.state))
            if run.exit_code and run.message and not any(task.error for task in run.tasks):
                self.line(run.message)
        else:
            self.line(f"Run {run.run_id} is still {run.state}{took}: {run.url}", "yellow")
        return run

    def _stage(self, line: StageLine) -> None:
        for text in line.text.splitlines():
            self._output(text)
        took = f" ({line.seconds:.1f} s)" if line.seconds is not None else ""
        if not line.text or line.state != "running":
            style = _STYLES.get(line.state, "")
            self.line(f"{self.at()}    {_MARKS.get(line.state, '·')} {line.stage}{took}", style)

    def _output(self, text: str) -> None:
        # Colours that a notebook prints are kept on a terminal and dropped elsewhere.
        with self._lock:
            self.console.print(Text("          │ ", "dim").append_text(Text.from_ansi(text)))

    def _failure(self, task: TaskState) -> None:
        if not task.ended or not (task.error or task.trace):
            return
        self.line(f"\n── {task.key} {task.state} ──", "bold red")
        if task.trace:
            with self._lock:
                self.console.print(Text.from_ansi(task.trace.rstrip()))
        if task.error and task.error not in (task.trace or ""):
            self.line(task.error)


def show_delivery(delivery: Delivery) -> None:
    """A table of what a deploy did."""
    out = console()
    table = Table("What", "Name", "Done", title=f"Release {delivery.release}", title_style="")
    table.add_column("Is", overflow="fold")
    for item in delivery.items:
        style = _STYLES[item.action]
        table.add_row(item.kind, item.name, f"[{style}]{item.action}[/{style}]", item.ref)
    out.print(table)
    for item in delivery.items:
        for change in item.changes:
            text = f"  {item.name}: {change.path}: {change.old!r} → {change.new!r}"
            out.print(text, markup=False, style="dim")
    if not delivery.changed:
        out.print(f"Nothing to change at {delivery.target}.")


def _style(state: str) -> str:
    return _STYLES.get(state, "")
