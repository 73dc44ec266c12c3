"""Making libraries show things in a cell which would otherwise need a screen or a browser.

They are adapted when a notebook imports them, or at once where they are imported already.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType
from typing import Any

from brickyard.runtime.display.figures import plotly_data

Adapt = Callable[[Any], None]


def adapt_libraries(
    show_figures: Callable[[], None], show: Callable[[dict[str, Any]], None]
) -> None:
    """Adapt those that need it.

    Args:
        show_figures: Shows the figures that pyplot has open, and closes them.
        show: Shows content by MIME type.
    """

    def pyplot_show(module: Any) -> None:
        """``plt.show()`` and ``figure.show()``: where they stand in the cell."""
        manager = module.FigureManagerBase
        manager.pyplot_show = classmethod(lambda _cls, **_options: show_figures())
        manager.show = lambda _self: show_figures()

    def plotly_show(module: Any) -> None:
        """``figure.show()``: the figure's data, whichever way of rendering it is chosen."""
        module.show = lambda figure, *_args, **options: show(plotly_data(module, figure, options))

    adapt_modules(
        {
            "matplotlib.backend_bases": pyplot_show,
            "plotly.io": plotly_show,
            "tqdm.notebook": _plain_tqdm,
        }
    )


def adapt_modules(adapts: Mapping[str, Adapt]) -> None:
    """Call a function with each module, once it is there."""
    for name, adapt in adapts.items():
        if name in sys.modules:
            adapt(sys.modules[name])
    later = {name: adapt for name, adapt in adapts.items() if name not in sys.modules}
    sys.meta_path.insert(0, _Finder(later))


def _plain_tqdm(module: Any) -> None:
    """Progress bars for notebooks are widgets, which need a browser that talks back."""
    plain = importlib.import_module("tqdm.std")
    module.tqdm_notebook = module.tqdm = plain.tqdm
    module.tnrange = module.trange = plain.trange


class _Finder(MetaPathFinder):
    """Finds modules as others do, and has them adapted after they are loaded."""

    def __init__(self, adapts: dict[str, Adapt]) -> None:
        self._adapts = adapts

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        del path, target
        adapt = self._adapts.pop(name, None)
        if adapt is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, adapt)
        return spec


class _Loader(Loader):
    """Loads a module and adapts it."""

    def __init__(self, loader: Loader, adapt: Adapt) -> None:
        self._loader = loader
        self._adapt = adapt

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._adapt(module)
