"""What the runtime raises into a notebook."""

from __future__ import annotations

from brickyard.errors import BrickyardError


class NotebookExit(Exception):  # noqa: N818 - the end of a notebook, not an error
    """Ends the notebook with a value, as ``dbutils.notebook.exit`` does."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


class RestartPython(BaseException):
    """Ends this process so that the notebook goes on in a new one."""


class MagicError(BrickyardError):
    """A magic was used wrongly, or its work failed."""


class NotLocalError(BrickyardError):
    """The platform has it; the local workspace has it not."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not available on the local workspace yet.")


class InputWidgetNotDefined(Exception):  # noqa: N818 - the platform's own name
    """A widget that neither the notebook nor the run has defined.

    User code matches the text, which is the platform's (a Py4JJavaError there).
    """

    def __init__(self, name: str, hint: str) -> None:
        super().__init__(
            "com.databricks.dbutils_v1.InputWidgetNotDefined: "
            f"No input widget named {name} is defined. {hint}".rstrip()
        )
