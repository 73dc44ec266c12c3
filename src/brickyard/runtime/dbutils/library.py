"""``dbutils.library``: starting Python afresh; the calls that ``%pip`` has replaced."""

from __future__ import annotations

from types import MappingProxyType
from typing import NoReturn

from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.errors import RestartPython

_PIP = "The platform has dropped it too: use %pip install."


class LibraryUtils(Utility):
    """Libraries of this notebook; they are installed with %pip."""

    title = "dbutils.library"
    absent = MappingProxyType(
        {
            "install": _PIP,
            "installPyPI": _PIP,
            "list": "The platform has dropped it too: use %pip list.",
            "updateCondaEnv": "The platform has dropped it too: use %pip install -r FILE.",
        }
    )

    def restartPython(self) -> NoReturn:  # noqa: N802 - the platform's name
        """Go on with the next cell in a new Python process; libraries stay, variables do not."""
        raise RestartPython
