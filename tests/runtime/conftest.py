from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Give ``__main__`` back, which IPython makes a notebook's own and empties in the end."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
