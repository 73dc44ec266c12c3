"""One workspace for the whole folder of notebooks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.behaviour.folder import Case
from tests.behaviour.runner import Runner
from tests.support.workspace import serving


@pytest.fixture(scope="module")
def runner(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runner]:
    """Runs the cases of all tests that are chosen, from the first test on."""
    chosen = [
        item.callspec.params.get("case")
        for item in request.session.items
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
    ]
    with serving(tmp_path_factory.mktemp("behaviour")) as workspace:
        running = Runner(workspace, [case for case in chosen if isinstance(case, Case)])
        try:
            yield running
        finally:
            running.close()
