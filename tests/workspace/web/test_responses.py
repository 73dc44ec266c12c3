from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.workspace.web.responses import local_path


@pytest.mark.parametrize("path", ["/", "/jobs/1", "/jobs/1/runs/2?o=7", "/mlflow/#/experiments/1"])
def test_local_paths_are_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "jobs",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
    ],
)
def test_what_could_lead_elsewhere_leads_home(path: str | None) -> None:
    assert local_path(path) == "/"


@given(st.text(alphabet="/\\:.@#? \t\nabhtps", max_size=12))
def test_no_text_leaves_the_site(text: str) -> None:
    there = urljoin("http://127.0.0.1:8765/login", local_path(text))
    assert urlsplit(there).netloc == "127.0.0.1:8765"
    assert "\\" not in there
