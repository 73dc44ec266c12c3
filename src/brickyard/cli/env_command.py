"""``brickyard env``: point clients at the local workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from brickyard.cli.local import local_address
from brickyard.cli.options import home_option, resolve_home, verbose_option


@click.command("env")
@home_option
@verbose_option
def command(home: Path | None) -> None:
    """Print shell exports of DATABRICKS_HOST and DATABRICKS_TOKEN.

    Use: eval "$(brickyard env)"
    """
    address = local_address(resolve_home(home))
    click.echo(f"export DATABRICKS_HOST={shlex.quote(address.url)}")
    click.echo(f"export DATABRICKS_TOKEN={shlex.quote(address.token)}")
