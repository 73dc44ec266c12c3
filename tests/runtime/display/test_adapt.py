from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from brickyard.runtime.display.adapt import adapt_modules


@pytest.fixture(autouse=True)
def finders() -> object:
    before = list(sys.meta_path)
    yield
    sys.meta_path[:] = before
    sys.modules.pop("adapted_later", None)


def mark(module: ModuleType) -> None:
    module.adapted = module.VALUE + 1  # type: ignore[attr-defined]


def test_a_module_is_adapted_when_it_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "adapted_later.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    adapt_modules({"adapted_later": mark})

    module = importlib.import_module("adapted_later")
    assert module.adapted == 2
    assert module.__file__ == str(tmp_path / "adapted_later.py")
    again = importlib.reload(module)
    assert again.VALUE == 1


def test_a_module_that_is_there_is_adapted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("adapted_later")
    module.VALUE = 5  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "adapted_later", module)
    adapt_modules({"adapted_later": mark})

    assert module.adapted == 6


def test_a_module_that_is_not_installed_is_still_not_found() -> None:
    adapt_modules({"adapted_later": mark})

    with pytest.raises(ModuleNotFoundError, match="No module named 'adapted_later'"):
        importlib.import_module("adapted_later")
