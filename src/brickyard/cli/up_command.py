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
@verbose_option
def command(home: Path | None, host: str, port: int, token: str | None) -> None:
    """Serve the local workspace until SIGTERM or Ctrl-C.

    Prints the address on stdout once it answers.
    """
    from brickyard.workspace.serve import Settings, serve

    root = resolve_home(home)

    def ready(url: str) -> None:
        click.echo(url)
        click.echo(f"Workspace ready: {url} (home {root}). Stop it with Ctrl-C.", err=True)
        token = (root / "token").read_text(encoding="utf-8").strip()
        click.echo(f"Open its page: {url}/login?token={token}", err=True)
        click.echo(f'Point clients at it: eval "$(brickyard env --home {root})"', err=True)

    serve(Settings(root, host, port, token), ready)
