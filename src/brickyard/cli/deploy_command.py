"""``brickyard deploy``: deliver the project."""

from __future__ import annotations

import json
from pathlib import Path

import click

from brickyard.cli.options import (
    home_option,
    project_option,
    resolve_home,
    target_option,
    verbose_option,
)


@click.command("deploy")
@project_option
@target_option
@home_option
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
@verbose_option
def command(folder: Path | None, target: str | None, home: Path | None, as_json: bool) -> None:
    """Build the wheels, upload a release, create or update the jobs.

    Doing it again without a change changes nothing.
    """
    from brickyard.cli.local import client_for
    from brickyard.cli.show import show_delivery, working
    from brickyard.delivery.deploy import deploy
    from brickyard.delivery.project import find_project, read_project

    project = read_project(find_project(folder or Path.cwd()))
    chosen = project.target(target)
    client = client_for(chosen, resolve_home(home, project.root), named=home is not None)
    with working(f"Deploying {project.name} to {chosen.name}") as told:
        delivery = deploy(client, project, chosen, told)
    show_delivery(delivery)
    if as_json:
        click.echo(json.dumps(delivery.as_dict(), indent=2))
