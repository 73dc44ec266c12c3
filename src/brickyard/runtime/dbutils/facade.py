"""The ``dbutils`` object itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from brickyard.errors import did_you_mean
from brickyard.runtime.context import EntryPoint, NotebookContext
from brickyard.runtime.dbutils.data import DataUtils
from brickyard.runtime.dbutils.fs import FsUtils
from brickyard.runtime.dbutils.jobs import JobsUtils
from brickyard.runtime.dbutils.library import LibraryUtils
from brickyard.runtime.dbutils.mounts import Mounts
from brickyard.runtime.dbutils.notebook import NotebookUtils, Show
from brickyard.runtime.dbutils.refused import CredentialUtils, MetaUtils, PreviewUtils
from brickyard.runtime.dbutils.secrets import SecretUtils
from brickyard.runtime.dbutils.utility import Utility
from brickyard.runtime.dbutils.widgets import Widgets
from brickyard.runtime.paths import PathMap
from brickyard.runtime.protocol import RunSpec
from brickyard.runtime.redaction import Redactor
from brickyard.runtime.rest import RestClient


class DBUtils:
    """What notebooks know as ``dbutils``.

    Args:
        spec: The run.
        client: The workspace, with the run's own token.
        redactor: Is told each secret that is read.
        paths: From the platform's addresses to local paths.
        show: Takes rich outputs, by MIME type.
        display: Shows a data frame.
        remount: Is told of other mounts, so that Spark follows.
    """

    def __init__(
        self,
        spec: RunSpec,
        client: RestClient,
        redactor: Redactor,
        paths: PathMap,
        show: Show,
        display: Callable[[Any], object],
        remount: Callable[[Mapping[str, str]], None],
    ) -> None:
        context = NotebookContext(spec, redactor)
        self.entry_point = EntryPoint(context, spec.folder)
        self.credentials = CredentialUtils()
        self.data = DataUtils(display)
        self.fs = FsUtils(Mounts(client, paths, spec.mounts, remount))
        self.jobs = JobsUtils(client)
        self.library = LibraryUtils()
        self.meta = MetaUtils()
        self.notebook = NotebookUtils(client, show, self.entry_point, redactor)
        self.preview = PreviewUtils()
        self.secrets = SecretUtils(client, redactor)
        self.widgets = Widgets(spec.widgets)

    def help(self, moduleOrMethod: str = "") -> None:  # noqa: N803 - the platform's name
        """Print what modules there are, or what is in one."""
        modules = self._modules()
        if not moduleOrMethod:
            for module in modules.values():
                print(f"{module.title}: {(module.__doc__ or '').partition(chr(10))[0]}")
            print("\nMore of one module: dbutils.fs.help(); of one method: dbutils.fs.help('cp')")
        elif moduleOrMethod in modules:
            modules[moduleOrMethod].help()
        else:
            raise self._unknown(moduleOrMethod)

    def __getattr__(self, name: str) -> NoReturn:
        raise self._unknown(name)

    def _modules(self) -> dict[str, Utility]:
        return {name: item for name, item in vars(self).items() if isinstance(item, Utility)}

    def _unknown(self, name: str) -> AttributeError:
        hint = did_you_mean(name, self._modules())
        return AttributeError(f"dbutils has no module {name!r}. {hint}")
