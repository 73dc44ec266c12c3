"""``brickyard run``: start a deployed job and follow it."""

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


@click.command("run")
@click.argument("job")
@click.option(
    "-p", "--param", "pairs", multiple=True, metavar="KEY=VALUE", help="A parameter; repeatable."
)
@project_option
@target_option
@home_option
@click.option("--no-wait", is_flag=True, help="Print the run's id and leave it running.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    metavar="SECONDS",
    help="Stop following after this long; the run goes on. Exit code 3.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
@verbose_option
def command(
    job: str,
    pairs: tuple[str, ...],
    folder: Path | None,
    target: str | None,
    home: Path | None,
    no_wait: bool,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Run JOB and follow it to its end.

    Exit code 0: success. 1: the run failed. 2: wrong use. 3: cancelled, timed out or left running.
    """
    from brickyard.cli.local import client_for
    from brickyard.cli.show import RunView
    from brickyard.delivery.parameters import split_parameters
    from brickyard.delivery.project import find_project, read_project
    from brickyard.delivery.run import follow, start_run
    from brickyard.delivery.stages import NotebookCells

    parameters = split_parameters(pairs)
    project = read_project(find_project(folder or Path.cwd()))
    chosen = project.target(target)
    project.job(job)
    client = client_for(chosen, resolve_home(home, project.root), named=home is not None)
    run_id = start_run(client, project, chosen, job, parameters)
    if no_wait:
        click.echo(json.dumps({"run_id": run_id}) if as_json else run_id)
        return 0
    try:
        with RunView(job) as view:
            for event in follow(client, run_id, timeout_s=timeout, sources=[NotebookCells(client)]):
                view.show(event)
    except KeyboardInterrupt:
        click.echo(f"Run {run_id} of {job} goes on. Its page has a button to cancel it.", err=True)
        raise
    final = view.sum_up(run_id)
    if as_json:
        click.echo(json.dumps(final.as_dict(), indent=2))
    else:
        for task in final.tasks:
            if task.output:
                click.echo(task.output)
    return final.exit_code
