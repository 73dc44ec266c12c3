"""The entry point: finds commands late, so that help is quick, and turns errors into one line."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from brickyard import __version__
from brickyard.cli.options import verbose_option, wants_traceback
from brickyard.errors import BrickyardError

OK, MISUSED, STOPPED, INTERNAL = 0, 2, 3, 70

_COMMANDS = {
    "up": "Serve the local workspace until interrupted.",
    "env": "Print shell exports that point clients at the local workspace.",
    "ci": "Lint, test, build and validate the project.",
    "deploy": "Deliver the project to a target.",
    "run": "Run a deployed job and follow it.",
    "demo": "Do all of it once, and sum up.",
    "doctor": "Check what this machine offers.",
}


class _Commands(click.Group):
    """Imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"brickyard.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in _COMMANDS:
            from brickyard.errors import did_you_mean

            near = did_you_mean(args[0], _COMMANDS)
            raise click.UsageError(f"No such command {args[0]!r}. {near}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="brickyard")
@verbose_option
def cli() -> None:
    """Write, test, deliver and run machine-learning jobs of Azure Databricks."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit codes: 0 success, 1 the run or a check failed, 2 wrong use or configuration, 3 stopped
    before its end, 70 a fault of Brickyard's own.

    Args:
        arguments: What follows the program's name; ``sys.argv`` when None.
    """
    sys.exit(_main(arguments))


def _main(arguments: Sequence[str] | None) -> int:
    try:
        result = cli.main(args=arguments, prog_name="brickyard", standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        return MISUSED
    except (KeyboardInterrupt, click.Abort):
        click.echo("Stopped.", err=True)
        return STOPPED
    except BrokenPipeError:
        # The reader of our output left, as `| head` does; keep the interpreter from complaining.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    except Exception as exc:  # noqa: BLE001 - the last place that can say it in one line
        return _report(exc)
    return result if isinstance(result, int) else OK


def _report(exc: Exception) -> int:
    if wants_traceback():
        traceback.print_exception(exc)
    if isinstance(exc, BrickyardError):
        click.echo(f"Error: {exc}", err=True)
        return MISUSED
    if (said := _from_workspace(exc)) is not None:
        click.echo(f"Error: {said}", err=True)
        return MISUSED
    click.echo(
        f"Error: Brickyard failed with {type(exc).__name__}: {exc}. "
        "Run again with -v for the traceback.",
        err=True,
    )
    return INTERNAL


def _from_workspace(exc: Exception) -> str | None:
    """What a refused or unanswered call means to the user; None for other errors.

    Told by module name, for importing the SDK to ask costs a second.
    """
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(exc).__mro__}
    if "databricks.sdk.errors.base.DatabricksError" in names:
        code = getattr(exc, "error_code", None) or type(exc).__name__
        remedy = ""
        if code in {"UNAUTHENTICATED", "Unauthenticated"}:
            remedy = ' Check the token; for the local workspace: eval "$(brickyard env)"'
        return f"The workspace refused: {exc} ({code}).{remedy}"
    unreachable = {"requests.exceptions.ConnectionError", "builtins.TimeoutError"}
    if names & unreachable:
        return f"The workspace does not answer: {exc}. Check its address; is it running?"
    return None
