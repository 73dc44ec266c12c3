"""``brickyard demo``: the whole way once, from an empty workspace to scored rows."""

from __future__ import annotations

import json
from pathlib import Path

import click

from brickyard.cli.options import home_option, project_option, resolve_home, verbose_option


@click.command("demo")
@project_option
@home_option
@click.option(
    "--timings",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the seconds of each phase to FILE as JSON.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout.")
@verbose_option
def command(folder: Path | None, home: Path | None, timings: Path | None, as_json: bool) -> int:
    """Start the local workspace, seed, check, deploy, train and score the project, and sum up.

    Uses the workspace that serves the home already, if any; else starts one and stops it again.
    Exit code 1 when a check or a run fails.
    """
    from brickyard.cli.demo_run import run_demo
    from brickyard.cli.demo_summary import show_summary
    from brickyard.delivery.project import find_project, read_project

    project = read_project(find_project(folder or Path.cwd()))
    result = run_demo(project, resolve_home(home, project.root))
    if timings is not None:
        timings.write_text(json.dumps(result.timings, indent=2) + "\n", encoding="utf-8")
    if result.passed:
        show_summary(result)
    if as_json:
        click.echo(json.dumps(result.as_dict(), indent=2))
    return 0 if result.passed else 1
