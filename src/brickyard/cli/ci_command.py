"""``brickyard ci``: check the project."""

from __future__ import annotations

import json
from pathlib import Path

import click

from brickyard.cli.options import project_option, verbose_option


@click.command("ci")
@project_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
@verbose_option
def command(folder: Path | None, as_json: bool) -> int:
    """Lint, test, build the wheels and validate notebooks and job templates.

    Needs no workspace. Exit code 1 when a step fails.
    """
    from brickyard.cli.show import CiView
    from brickyard.delivery.ci import run_ci
    from brickyard.delivery.project import find_project, read_project

    project = read_project(find_project(folder or Path.cwd()))
    with CiView() as view:
        result = run_ci(project, view.told)
    view.sum_up(result)
    if as_json:
        click.echo(json.dumps(result.as_dict(), indent=2))
    return 0 if result.passed else 1
