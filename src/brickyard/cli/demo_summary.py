"""The demo's last word: what ran, what came out, where it lies, and how to come back."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.table import Table

from brickyard.cli.child import DEFAULT_PORT, brickyard_command
from brickyard.cli.demo_run import DemoResult
from brickyard.cli.show import console

_METRICS = (("RMSE", "rmse", "baseline_rmse"), ("MAE", "mae", "baseline_mae"))


def show_summary(result: DemoResult) -> None:
    """Print the summary on stderr, as all talk."""
    out = console()
    table = Table(show_header=False, title="Done", title_style="bold green")
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in summary_rows(result):
        table.add_row(name, value)
    out.print(table)
    if not result.was_serving:
        out.print("The workspace is stopped. Start it again, with all of this in it:", markup=False)
        out.print(f"  {restart_command(result)}", style="bold", markup=False)


def summary_rows(result: DemoResult) -> list[tuple[str, str]]:
    """What the table says, row by row; what a project's notebooks do not report is left out."""
    stages = result.stages()
    rows = [
        (f"Job {job}", f"{run.state} in {run.seconds or 0:.1f} s (run {run.run_id})")
        for job, run in result.runs.items()
    ]
    rows += _counted("Rows trained on", stages.get("training"))
    rows += _counted("Rows scored", stages.get("batch_scoring"))
    model = stages.get("publish_model", {})
    if "name" in model:
        alias = f", alias {model['alias']}" if model.get("alias") else ""
        rows.append(("Model", f"{model['name']} version {model.get('version')}{alias}"))
    figures = {**stages.get("evaluation", {}), **result.metrics}
    for label, own, baseline in _METRICS:
        if own in figures:
            rows.append((label, _compared(figures, own, baseline)))
    for label, stage, key in (
        ("Feature table", "feature_engineering", "table"),
        ("Scored table", "batch_scoring", "table"),
        ("Results", "publish_results", "path"),
    ):
        if key in stages.get(stage, {}):
            rows.append((label, str(stages[stage][key])))
    rows += [
        ("Files", f"{_short(result.home)} (tables in warehouse/)"),
        ("Workspace page", f"{result.url}/ (while it is served)"),
        ("MLflow page", f"{result.url}/mlflow/ (the same)"),
        ("Took", f"{result.timings.get('total', 0.0):.1f} s ({_phases(result.timings)})"),
    ]
    return rows


def restart_command(result: DemoResult) -> str:
    """The one command that serves the same home at the same address again."""
    words = [*shlex.split(brickyard_command()), "up"]
    if not _is_default_home(result.home):
        words += ["--home", _short(result.home)]
    port = urlsplit(result.url).port
    if port != DEFAULT_PORT:
        words += ["--port", str(port)]
    return shlex.join(words)


def _short(path: Path) -> str:
    """A path from the current folder when it lies below it."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def _is_default_home(home: Path) -> bool:
    from brickyard.cli.options import resolve_home

    return resolve_home(None) == home


def _counted(label: str, stage: dict[str, Any] | None) -> list[tuple[str, str]]:
    if not stage or not isinstance(stage.get("rows"), int):
        return []
    return [(label, f"{stage['rows']:,}")]


def _compared(figures: dict[str, Any], own: str, baseline: str) -> str:
    text = f"{figures[own]:.2f}"
    if baseline not in figures:
        return text
    return f"{text} against the baseline's {figures[baseline]:.2f}"


def _phases(timings: dict[str, Any]) -> str:
    named = (f"{name} {value:.1f}" for name, value in timings.items() if isinstance(value, float))
    return ", ".join(text for text in named if not text.startswith("total "))
