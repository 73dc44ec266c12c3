"""``brickyard up``: serve the local workspace."""

from __future__ import annotations

from pathlib import Path

import click

from brickyard.cli.options import home_option, resolve_home, verbose_option


@click.command("up")
@home_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--token", help="Token to use and keep. [default: the kept one, else a new one]")
@click.option(
    "--requirements",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Requirements file of what every run is to find installed.",
)
@click.option(
    "--run-memory",
    envvar="BRICKYARD_RUN_MEMORY",
    metavar="SIZE",
    help=(
        "How much memory a run may have, such as 4g, where its cluster's spark_env_vars do not "
        "say. [env: BRICKYARD_RUN_MEMORY; default: no limit]"
    ),
)
@verbose_option
def command(
    home: Path | None,
    host: str,
    port: int,
    token: str | None,
    requirements: Path | None,
    run_memory: str | None,
) -> None:
    """Serve the local workspace until SIGTERM or Ctrl-C.

    Prints the address on stdout once it answers.
    """
    from brickyard.workspace.compute.memory import parse_size
    from brickyard.workspace.serve import Settings, serve

    root = resolve_home(home)

    def ready(url: str) -> None:
        click.echo(url)
        click.echo(f"Workspace ready: {url} (home {root}). Stop it with Ctrl-C.", err=True)
        token = (root / "token").read_text(encoding="utf-8").strip()
        click.echo(f"Open its page: {url}/login?token={token}", err=True)
        click.echo(f'Point clients at it: eval "$(brickyard env --home {root})"', err=True)

    def told(line: str) -> None:
        click.echo(line, err=True)

    limit = parse_size(run_memory) if run_memory else None
    serve(Settings(root, host, port, token, requirements, limit), ready, told)
