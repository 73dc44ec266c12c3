"""What the runtime raises into a notebook."""

from __future__ import annotations

from brickyard.errors import BrickyardError


class NotebookExit(BaseException):
    """Ends the notebook with a value, as ``dbutils.notebook.exit`` does.

    No error, so that a handler of ``Exception`` around it does not take it for one.
    """

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


class RestartPython(BaseException):
    """Ends this process so that the notebook goes on in a new one."""


class MagicError(BrickyardError):
    """A magic was used wrongly, or its work failed."""


class NotLocalError(BrickyardError):
    """The platform has it; the local workspace has it not.

    Args:
        name: What was asked for.
        instead: What to use instead, as a sentence.
    """

    def __init__(self, name: str, instead: str = "") -> None:
        super().__init__(f"{name} is not available on the local workspace.", instead)
