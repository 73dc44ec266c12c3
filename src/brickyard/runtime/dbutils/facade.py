"""The ``dbutils`` object itself."""

from __future__ import annotations

from brickyard.runtime.dbutils.fs import FsUtils
from brickyard.runtime.dbutils.notebook import LibraryUtils, NotebookUtils
from brickyard.runtime.dbutils.secrets import SecretUtils
from brickyard.runtime.dbutils.widgets import Widgets
from brickyard.runtime.errors import NotLocalError
from brickyard.runtime.paths import PathMap
from brickyard.runtime.redaction import Redactor
from brickyard.runtime.rest import RestClient

_MODULES = {
    "fs": "files: ls, cp, mv, rm, put, head, mkdirs",
    "library": "restartPython",
    "notebook": "exit",
    "secrets": "get, getBytes, list, listScopes",
    "widgets": "text, dropdown, combobox, multiselect, get, getAll, remove, removeAll",
}


class DBUtils:
    """What notebooks know as ``dbutils``.

    Args:
        widgets: The run's parameters, by widget name.
        client: The workspace, for secrets.
        redactor: Is told each secret that is read.
        paths: From the platform's addresses to local paths.
    """

    def __init__(
        self, widgets: dict[str, str], client: RestClient, redactor: Redactor, paths: PathMap
    ) -> None:
        self.widgets = Widgets(widgets)
        self.notebook = NotebookUtils()
        self.library = LibraryUtils()
        self.secrets = SecretUtils(client, redactor)
        self.fs = FsUtils(paths)

    def help(self, name: str | None = None) -> None:
        """Print the modules, or one of them."""
        for module, calls in _MODULES.items():
            if name in (None, module):
                print(f"dbutils.{module}: {calls}")

    def __getattr__(self, name: str) -> object:
        if name in ("jobs", "credentials", "data", "meta", "preview"):
            raise NotLocalError(f"dbutils.{name}")
        raise AttributeError(f"dbutils has no module {name!r}. Modules: {', '.join(_MODULES)}.")
