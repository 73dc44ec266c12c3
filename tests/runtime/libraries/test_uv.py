from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brickyard.runtime.libraries.uv import without_credentials

PART = st.text(alphabet=st.characters(codec="ascii", categories=("L", "N")), min_size=3)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:pass@h/simple", "https://****@h/simple"),
        ("git+https://token@h/r.git@main", "git+https://****@h/r.git@main"),
        ("see https://a:b@x and http://c:d@y", "see https://****@x and http://****@y"),
        ("https://h/simple name@host", "https://h/simple name@host"),
        ("tiny @ file:///w/tiny.whl", "tiny @ file:///w/tiny.whl"),
    ],
)
def test_addresses_lose_their_credentials_only(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


@given(PART, PART, st.sampled_from(["", "p@ss", ":x", "%40"]))
def test_no_credential_survives(user: str, password: str, odd: str) -> None:
    text = without_credentials(f"at https://{user}0:{password}1{odd}@host/x: failed")

    assert text == "at https://****@host/x: failed"
