from __future__ import annotations

from pathlib import Path

import pytest

from brickyard.workspace.api.errors import ApiError
from brickyard.workspace.files.handles import IDLE_SECONDS, Handles
from brickyard.workspace.files.staging import Staging


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_handle_lives_while_it_is_used_and_ends_after_ten_idle_minutes(
    clock: Clock, tmp_path: Path
) -> None:
    handles = Handles(clock)
    handle = handles.add(Staging(tmp_path / "aside").open(), tmp_path / "file", overwrite=True)
    for _ in range(3):
        clock.now += IDLE_SECONDS
        assert handles.get(handle).target == tmp_path / "file"
    clock.now += IDLE_SECONDS + 1
    with pytest.raises(ApiError) as caught:
        handles.get(handle)
    assert (caught.value.status, caught.value.code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert list((tmp_path / "aside").iterdir()) == []


def test_idle_streams_are_thrown_away_when_another_begins(clock: Clock, tmp_path: Path) -> None:
    handles, staging = Handles(clock), Staging(tmp_path / "aside")
    handles.add(staging.open(), tmp_path / "one", overwrite=True)
    clock.now += IDLE_SECONDS + 1
    handles.add(staging.open(), tmp_path / "two", overwrite=True)
    assert len(list((tmp_path / "aside").iterdir())) == 1


def test_a_taken_handle_is_gone(clock: Clock, tmp_path: Path) -> None:
    handles = Handles(clock)
    handle = handles.add(Staging(tmp_path / "aside").open(), tmp_path / "file", overwrite=True)
    assert 0 < handle < 2**53
    handles.take(handle).draft.discard()
    with pytest.raises(ApiError):
        handles.take(handle)


def test_too_many_open_streams_are_refused(clock: Clock, tmp_path: Path) -> None:
    handles, staging = Handles(clock, most_open=2), Staging(tmp_path / "aside")
    for _ in range(2):
        handles.add(staging.open(), tmp_path / "file", overwrite=True)
    with pytest.raises(ApiError) as caught:
        handles.add(staging.open(), tmp_path / "file", overwrite=True)
    assert (caught.value.status, caught.value.code) == (429, "QUOTA_EXCEEDED")
