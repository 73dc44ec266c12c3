"""``dbutils.notebook`` and ``dbutils.library``: ending, and starting Python afresh."""

from __future__ import annotations

from typing import NoReturn

from brickyard.runtime.errors import NotebookExit, NotLocalError, RestartPython


class NotebookUtils:
    """The notebook's own life."""

    def exit(self, value: object) -> NoReturn:
        """End the notebook here, with success and a value that ``runs/get-output`` gives."""
        raise NotebookExit(str(value))

    def run(
        self,
        path: str,
        timeout_seconds: int = 60,
        arguments: dict[str, str] | None = None,
    ) -> str:
        """Run another notebook as a run of its own: not yet here."""
        del path, timeout_seconds, arguments
        raise NotLocalError("dbutils.notebook.run")

    def __getattr__(self, name: str) -> object:
        if name in ("entry_point", "getContext"):
            raise NotLocalError(f"dbutils.notebook.{name} (the notebook's context)")
        raise AttributeError(f"dbutils.notebook has no call {name!r}.")


class LibraryUtils:
    """The libraries of this notebook."""

    def restartPython(self) -> NoReturn:  # noqa: N802 - the platform's name
        """Go on with the next cell in a new Python process; libraries stay, variables do not."""
        raise RestartPython
